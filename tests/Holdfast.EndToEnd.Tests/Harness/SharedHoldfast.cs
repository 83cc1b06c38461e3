namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// One running program for all tests that leave it as it is but for zones of their own names. Origins are trusted that show a certificate
/// of <see cref="Authority"/>'s.
/// </summary>
public sealed class SharedHoldfast : IAsyncLifetime
{
    private readonly TemporaryDirectory files = new();
    private HoldfastUnderTest? running;

    internal HoldfastUnderTest Holdfast => running!;

    internal TestAuthority Authority { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var file = files["authority.pem"];
        await File.WriteAllTextAsync(file, Authority.Pem);
        running = await HoldfastUnderTest.StartAsync(environment: new() { ["SSL_CERT_FILE"] = file });
    }

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }

        Authority.Dispose();
        files.Dispose();
    }
}
