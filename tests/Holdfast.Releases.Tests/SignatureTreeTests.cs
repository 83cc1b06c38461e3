using System.Text;
using CsCheck;
using Holdfast.Model.Releases;
using Holdfast.Releases.Signing;

namespace Holdfast.Releases.Tests;

public sealed class SignatureTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    public void SignAll_AnyNumber_EachReleaseIsGenuineByItself(int count)
    {
        using var fixture = new Fixture();
        var releases = SignAll(fixture, count);
        Assert.Equal(count, releases.Count);
        Assert.All(releases, release => Assert.Null(new ReleaseVerifier(fixture.Trusted).Verify(release)));
    }

    [Fact]
    public void Verify_AnyByteOfAProofChanged_IsNotGenuine()
    {
        using var fixture = new Fixture();
        var releases = SignAll(fixture, 5);
        foreach (var release in releases)
        {
            // Another verifier has seen the tree: what it remembers must not let a changed proof pass.
            Assert.Null(fixture.Verifier.Verify(release));
            for (var at = 0; at < release.Signature.Length; at++)
            {
                var proof = release.Signature.ToArray();
                proof[at] ^= 1;
                Assert.NotNull(fixture.Verifier.Verify(release with { Signature = proof }));
            }
        }
    }

    [Fact]
    public void Verify_MembersChangedOrProofsExchanged_IsNotGenuine()
    {
        using var fixture = new Fixture();
        var releases = SignAll(fixture, 8);
        var first = releases[0];
        Assert.Null(fixture.Verifier.Verify(first));
        Assert.NotNull(fixture.Verifier.Verify(first with { Generation = 2 }));
        Assert.NotNull(fixture.Verifier.Verify(first with { Name = "another" }));
        Assert.NotNull(fixture.Verifier.Verify(first with { Signature = releases[1].Signature }));
        Assert.NotNull(fixture.Verifier.Verify(first with { Payload = releases[1].Payload }));
        Assert.NotNull(fixture.Verifier.Verify(first with { Signature = first.Signature[..64] }));
        Assert.NotNull(fixture.Verifier.Verify(fixture.Zone("single", 1) with { Signature = first.Signature }));
    }

    [Fact]
    public void Verify_TreeOfAStranger_IsNotGenuine()
    {
        using var fixture = new Fixture();
        using var stranger = new Fixture();
        Assert.Contains("not among the trusted keys", fixture.Verifier.Verify(SignAll(stranger, 3)[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_AnyBytesAsSignature_NeverThrows()
    {
        using var fixture = new Fixture();
        var release = fixture.Zone("a", 1);
        Gen.Byte.Array[0, 500].Sample(bytes => Assert.NotNull(fixture.Verifier.Verify(release with { Signature = bytes })), iter: 2000);
    }

    private static IReadOnlyList<Release> SignAll(Fixture fixture, int count) =>
        fixture.Signer.SignAll(
            Enumerable.Range(0, count).Select(i => new ReleaseDraft(ArtifactKind.Zone, $"z{i}", 1, 1, Encoding.UTF8.GetBytes($"zone {i}")))
        );
}
