using Microsoft.Extensions.Hosting;

namespace Holdfast.Cli.Roles;

/// <summary>
/// Leaves signals to <see cref="RoleProcess"/>: the framework's own lifetime would stop a role on Ctrl-C, which under <c>up</c> reaches
/// the whole process group and is <c>up</c>'s alone to act on.
/// </summary>
internal sealed class RoleLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
