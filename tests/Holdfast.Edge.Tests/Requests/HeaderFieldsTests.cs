using Holdfast.Cache.Fields;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Tests.Requests;

public class HeaderFieldsTests
{
    public static TheoryData<KnownHeader> Known => [.. Enum.GetValues<KnownHeader>().Where(header => header != KnownHeader.Other)];

    // The two modules name fields apart from each other, and agree by those names alone.
    [Theory]
    [MemberData(nameof(Known))]
    public void FieldAt_KnownHeader_IsWhatItsNameSays(KnownHeader header)
    {
        var headers = new HeaderBlock();
        headers.Add(header, "1"u8);

        Assert.Equal(FieldNames.Find(KnownHeaders.NameOf(header)), new HeaderFields(headers).FieldAt(0));
    }

    [Theory]
    [InlineData("cdn-cache-control")]
    [InlineData("CLOUDFLARE-CDN-CACHE-CONTROL")]
    [InlineData("Cache-Tag")]
    [InlineData("if-none-match")]
    [InlineData("eTAG")]
    [InlineData("X-Unheard-Of")]
    public void FieldAt_NameAsAnOriginMayWriteIt_IsWhatItsNameSays(string text)
    {
        var name = System.Text.Encoding.ASCII.GetBytes(text);
        var headers = new HeaderBlock();
        headers.Add(name, "1"u8);

        Assert.Equal(FieldNames.Find(name), new HeaderFields(headers).FieldAt(0));
    }
}
