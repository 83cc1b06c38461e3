using Holdfast.Control.Audit;
using Holdfast.Control.Joining;
using Holdfast.Control.Releases;
using Holdfast.Control.SigningKeys;
using Holdfast.Control.Storage;
using Holdfast.Control.Tokens;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Signing;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Hosting;

/// <summary>What control has on its disk, opened once and shared by all endpoints: keys, database, and what stands right on them.</summary>
internal sealed class ControlStores : IAsyncDisposable
{
    private readonly List<IDisposable> _opened = [];

    private ControlStores(KeyDirectory keys)
    {
        Keys = keys;
    }

    /// <summary>Says that there is something new for the edges.</summary>
    public ReleaseSignal Signal { get; } = new();

    /// <summary>Where the keys lie.</summary>
    public KeyDirectory Keys { get; }

    /// <summary>Opens what is kept encrypted.</summary>
    public SecretBox Secrets { get; private set; } = null!;

    /// <summary>What edges of this machine show.</summary>
    public FeedSecret FeedSecret { get; private set; } = null!;

    /// <summary>The database.</summary>
    public ControlDatabase Database { get; private set; } = null!;

    /// <summary>Security events, in a database of their own.</summary>
    public SecurityEventStore Events { get; private set; } = null!;

    /// <summary>The signing key.</summary>
    public SigningKeyRotation Signing { get; private set; } = null!;

    /// <summary>What signs and checks the audit log's head.</summary>
    public AuditHeadWriter AuditHeads { get; private set; } = null!;

    /// <summary>The accounts.</summary>
    public AccountStore Accounts { get; private set; } = null!;

    /// <summary>The users.</summary>
    public UserStore Users { get; private set; } = null!;

    /// <summary>The purge log.</summary>
    public PurgeLog Purges { get; private set; } = null!;

    /// <summary>The tokens.</summary>
    public TokenStore Tokens { get; private set; } = null!;

    /// <summary>When each token was used last.</summary>
    public TokenUse Use { get; private set; } = null!;

    /// <summary>The nodes that have ever called.</summary>
    public NodeStore Nodes { get; private set; } = null!;

    /// <summary>Those with a certificate of their own.</summary>
    public JoinedNodes Joined { get; private set; } = null!;

    /// <summary>What signs nodes' certificates; null where control does not listen for nodes of other machines.</summary>
    public NodeAuthority? Authority { get; private set; }

    /// <summary>Opens it all, and makes what is missing.</summary>
    /// <exception cref="KeyFileException">A key file cannot be used; the message says which and why.</exception>
    /// <exception cref="ControlDatabaseException">The database cannot be used; the message says which and why.</exception>
    public static async Task<ControlStores> OpenAsync(ControlOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        KeyFile.CreateDirectory(options.DataDirectory);
        var keys = new KeyDirectory(options.DataDirectory);
        keys.EnsureAll();
        var stores = new ControlStores(keys);
        try
        {
            await stores.OpenAllAsync(options, logger, cancellationToken).ConfigureAwait(false);
            return stores;
        }
        catch
        {
            await stores.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes down what is only in memory yet, and closes all.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Use is not null)
        {
            await Use.DisposeAsync().ConfigureAwait(false);
        }

        if (Events is not null)
        {
            await Events.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var opened in Enumerable.Reverse(_opened))
        {
            opened.Dispose();
        }
    }

    private async Task OpenAllAsync(ControlOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var time = options.Time;
        Secrets = Opened(SecretBox.Load(Keys.SecretKeyFile));
        FeedSecret = FeedSecret.Load(Keys.FeedKeyFile);
        var database = Path.Combine(Path.GetFullPath(options.DataDirectory), "control", "control.db");
        Database = Opened(ControlDatabase.Open(database, time, options.LockWait, options.AtWriteStep));
        Database.HasWaves = options.HasWaves;
        Events = new SecurityEventStore(Path.Combine(Path.GetDirectoryName(database)!, "events.db"), options, logger);
        Signing = Opened(await SigningKeyRotation.OpenAsync(Database, Keys, time, options.AtWriteStep).ConfigureAwait(false));
        await SigningKeyRetirement.FinishAsync(Database, Keys).ConfigureAwait(false);
        var trusted = Opened(new VerificationKeys(Keys.TrustedDirectory, time));
        AuditHeads = new AuditHeadWriter(Database, new AuditLog(Database), Signing.Signer, trusted, Keys.AuditHeadFile, time, logger);
        Accounts = await AccountStore.OpenAsync(Database, time, cancellationToken).ConfigureAwait(false);
        Users = await UserStore.OpenAsync(Database, time, cancellationToken).ConfigureAwait(false);
        Purges = await PurgeLog
            .OpenAsync(Database, new PurgeSigner(() => Signing.Signer.Key), Signal, time, cancellationToken)
            .ConfigureAwait(false);
        Tokens = Opened(new TokenStore(Database, time));
        Use = new TokenUse(Tokens, time, logger);
        Authority = options.ListensForNodes ? Opened(NodeAuthority.LoadOrCreate(Keys)) : null;
        Nodes = new NodeStore(Database, time);
        Joined = new JoinedNodes(await Nodes.JoinedAsync().ConfigureAwait(false));
    }

    private T Opened<T>(T opened)
        where T : IDisposable
    {
        _opened.Add(opened);
        return opened;
    }
}
