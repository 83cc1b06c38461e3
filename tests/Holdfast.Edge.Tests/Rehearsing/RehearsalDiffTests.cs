using System.Net;
using System.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Rehearsing;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Edge.Tests.Rehearsing;

/// <summary>What a report says of a difference: never a secret that a rule has set.</summary>
public class RehearsalDiffTests
{
    [Theory]
    [InlineData("x-origin-secret: abc", "x-origin-secret: ***")]
    [InlineData("x-from: Basic YTpi", "x-from: ***")]
    [InlineData("x-back: /there?token=abc&page=1", "x-back: /there?token=***&page=1")]
    [InlineData("x-plain: abc", "x-plain: abc")]
    public void Fields_ThatHoldASecret_AreMasked(string field, string shown)
    {
        var diff = new RehearsalDiff();
        diff.Add(Sample(), Outcome("x-same: 1"), Outcome("x-same: 1\n" + field));

        var change = Assert.Single(diff.Changes);
        Assert.Equal((RehearsalDifference.RequestFieldsChanged, 1), (change.Difference, change.Requests));
        Assert.Equal(("", shown), (change.Examples[0].Live, change.Examples[0].Candidate));
    }

    private static ReplayOutcome Outcome(string fields) =>
        new()
        {
            Status = 200,
            Error = EdgeError.None,
            IsFaulted = false,
            Location = null,
            Key = "https://example.com/",
            IsCached = false,
            Rule = null,
            Target = "/",
            Origin = "http://192.0.2.1:80",
            RequestFields = fields,
            AnswerFields = "",
        };

    private static RequestSample Sample() =>
        new()
        {
            Zone = new string('0', 32),
            Ray = "0000000000000000",
            At = DateTimeOffset.UnixEpoch,
            Client = IPAddress.Loopback,
            Country = "XX",
            IsHttps = true,
            IsToIpv6 = false,
            HttpVersion = 11,
            Tls = ("", "", "", ""),
            Head = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
            Body = ReadOnlyMemory<byte>.Empty,
        };
}
