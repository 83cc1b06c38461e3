namespace Holdfast.Status.Providers;

/// <summary>Who runs the machines that an origin stands on: a failure domain.</summary>
/// <param name="Id">Short, lower case: <c>aws</c>, <c>as64500</c>; <c>private</c> for addresses that the internet has not, <c>unknown</c>.</param>
/// <param name="Region">Its part that fails by itself, <c>us-east-1</c>, or null where that is not known.</param>
/// <param name="Title">What people call it: <c>Amazon Web Services</c>.</param>
/// <param name="How">What says so: <c>address range in aws.json</c>, <c>name under amazonaws.com</c>, <c>AS16509</c>.</param>
internal sealed record OriginProvider(string Id, string? Region, string Title, string How)
{
    /// <summary>Addresses that the internet has not.</summary>
    public const string Private = "private";

    /// <summary>Nothing says who it is.</summary>
    public const string Unknown = "unknown";

    /// <summary><c>aws/us-east-1</c></summary>
    public string Name => Region is null ? Id : $"{Id}/{Region}";
}
