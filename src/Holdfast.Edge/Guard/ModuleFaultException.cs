namespace Holdfast.Edge.Guard;

/// <summary>A fault that its own module has been charged with, on its way through others: they are not to blame.</summary>
internal sealed class ModuleFaultException(Exception inner) : Exception(inner.Message, inner);
