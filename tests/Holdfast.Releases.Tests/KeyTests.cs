using System.Security.Cryptography;
using System.Text;
using Holdfast.Model.Releases;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;

namespace Holdfast.Releases.Tests;

public sealed class KeyTests
{
    [Fact]
    public void Keys_MadeBySeveralAtOnce_AreTheSame()
    {
        using var fixture = new Fixture();
        var path = Path.Combine(fixture.Root, "race", "secret.key");
        var read = new byte[16][];
        Parallel.For(0, read.Length, i => read[i] = KeyFile.ReadOrCreateRandom(path, 32));
        Assert.All(read, bytes => Assert.Equal(read[0], bytes));
        Assert.Equal(["secret.key"], Directory.GetFiles(Path.Combine(fixture.Root, "race")).Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void KeyFile_OpenToOthers_IsRefusedWithWhatToDo(UnixFileMode extra)
    {
        using var fixture = new Fixture();
        var path = Path.Combine(fixture.Root, "secret.key");
        SecretBox.LoadOrCreate(path).Dispose();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);
        var error = Assert.Throws<KeyFileException>(() => SecretBox.Load(path));
        Assert.Contains($"chmod 600 {path}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("no key at all, whatever it may be")]
    public void KeyFile_Damaged_IsRefusedNamingTheFile(string content)
    {
        using var fixture = new Fixture();
        var path = Path.Combine(fixture.Root, "damaged");
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains(path, Assert.Throws<KeyFileException>(() => SecretBox.LoadOrCreate(path)).Message, StringComparison.Ordinal);
        Assert.Contains(path, Assert.Throws<KeyFileException>(() => SigningKey.LoadOrCreate(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_EnsuredTwice_KeepsItsKeys()
    {
        using var fixture = new Fixture();
        var keys = new KeyDirectory(fixture.Root);
        keys.EnsureAll();
        var before = File.ReadAllBytes(keys.SigningKeyFile);
        keys.EnsureAll();
        Assert.Equal(before, File.ReadAllBytes(keys.SigningKeyFile));
        Assert.Single(Directory.GetFiles(keys.TrustedDirectory));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys.Root));
    }

    [Fact]
    public void SecretBox_SealedSecret_OpensOnlyWhole_ForItsPurpose_WithItsKey()
    {
        using var box = new SecretBox(RandomNumberGenerator.GetBytes(32));
        using var other = new SecretBox(RandomNumberGenerator.GetBytes(32));
        var secret = Encoding.UTF8.GetBytes("a private key");
        var sealedSecret = box.Seal(secret, "one"u8);
        Assert.True(box.TryOpen(sealedSecret, "one"u8, out var opened));
        Assert.Equal(secret, opened);
        Assert.False(box.TryOpen(sealedSecret, "two"u8, out _));
        Assert.False(other.TryOpen(sealedSecret, "one"u8, out _));
        for (var i = 0; i < sealedSecret.Length; i++)
        {
            var damaged = sealedSecret.ToArray();
            damaged[i] ^= 1;
            Assert.False(box.TryOpen(damaged, "one"u8, out _));
            Assert.False(box.TryOpen(sealedSecret.AsSpan(0, i), "one"u8, out _));
        }
    }

    [Fact]
    public void Verifier_AnyMemberChanged_Refuses()
    {
        using var fixture = new Fixture();
        var release = fixture.Zone("a", 3);
        Assert.Null(fixture.Verifier.Verify(release));
        Release[] changed =
        [
            release with
            {
                Kind = ArtifactKind.Certificate,
            },
            release with
            {
                Name = "b",
            },
            release with
            {
                Generation = 4,
            },
            release with
            {
                FormatVersion = 2,
            },
            release with
            {
                CreatedAt = release.CreatedAt.AddMilliseconds(1),
            },
            release with
            {
                Payload = "other"u8.ToArray(),
            },
            release with
            {
                Payload = "other"u8.ToArray(),
                Digest = ReleaseDigest.Of("other"u8),
            },
            release with
            {
                KeyId = new string('0', 32),
            },
            release with
            {
                Signature = new byte[64],
            },
            release with
            {
                Signature = ReadOnlyMemory<byte>.Empty,
            },
            release with
            {
                Removed = true,
                Payload = ReadOnlyMemory<byte>.Empty,
                Digest = ReleaseDigest.Of([]),
            },
        ];
        Assert.All(changed, forged => Assert.NotNull(fixture.Verifier.Verify(forged)));
    }

    [Fact]
    public void VerificationKeys_KeyAddedLater_IsBelieved()
    {
        using var fixture = new Fixture();
        var time = new InstantTime();
        var directory = Path.Combine(fixture.Root, "later");
        using var trusted = new VerificationKeys(directory, time);
        var verifier = new ReleaseVerifier(trusted);
        var release = fixture.Zone("a", 1);
        Assert.Contains("not among the trusted keys", verifier.Verify(release), StringComparison.Ordinal);
        fixture.Key.Trust(directory);
        File.WriteAllText(Path.Combine(directory, "damaged.pub"), "no key");
        time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan).Dispose();
        Assert.Null(verifier.Verify(release));
        Assert.Contains("damaged.pub", Assert.Single(trusted.Problems), StringComparison.Ordinal);
    }
}
