using Holdfast.EndToEnd.Tests.Harness;
using Xunit.Sdk;
using Xunit.v3;

// Whole programs on two cores: one test at a time, so that a deadline says something about the program and not about its neighbours.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(SharedHoldfast))]
