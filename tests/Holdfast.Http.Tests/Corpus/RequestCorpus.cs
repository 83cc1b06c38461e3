namespace Holdfast.Http.Tests.Corpus;

/// <summary>Every request head that the codec's verdict is written down for.</summary>
internal static class RequestCorpus
{
    public static IReadOnlyList<RequestCase> All { get; } =
    [
        .. RequestLineCases.All,
        .. RequestHostCases.All,
        .. RequestFieldCases.All,
        .. RequestFramingCases.All,
        .. RequestConnectionCases.All,
        .. RequestLimitCases.All,
    ];

    public static RequestCase Find(string name) => All.Single(c => c.Name == name);
}
