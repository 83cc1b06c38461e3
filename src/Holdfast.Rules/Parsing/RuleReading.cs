using System.Collections.Immutable;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Parsing;

/// <summary>What became of a text.</summary>
/// <typeparam name="T"><see cref="Expression"/> or <see cref="Operand"/>.</typeparam>
/// <param name="Tree">What it means; null when it has a fault.</param>
/// <param name="Errors">What is wrong with it: the first fault. Empty when there is none.</param>
/// <param name="Warnings">What is right, and maybe not what was meant.</param>
public sealed record RuleReading<T>(T? Tree, ImmutableArray<RuleError> Errors, ImmutableArray<RuleError> Warnings)
    where T : class;
