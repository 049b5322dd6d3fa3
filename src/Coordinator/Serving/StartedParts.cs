using System.Diagnostics.CodeAnalysis;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Store;
using Rigshift.Durable;
using Serilog.Core;

namespace Rigshift.Coordinator.Serving;

/// <summary>What must be there before anything listens, and goes last: lock, log, database, authority.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "The object that is returned owns the parts and disposes them.")]
internal sealed class StartedParts : IAsyncDisposable
{
    private readonly DirectoryLock directory;

    private StartedParts(DirectoryLock directory, StatePaths paths, Logger logger, DurableDatabase database, ClusterAuthority authority, Incarnation incarnation, ServerIdentity identity, TimeProvider time) =>
        (this.directory, Paths, Logger, Database, Authority, Incarnation, Identity, Time) = (directory, paths, logger, database, authority, incarnation, identity, time);

    public StatePaths Paths { get; }

    public Logger Logger { get; }

    public DurableDatabase Database { get; }

    public ClusterAuthority Authority { get; }

    public Incarnation Incarnation { get; }

    public ServerIdentity Identity { get; }

    public TimeProvider Time { get; }

    /// <exception cref="StartException">One of them cannot be had; the message has the remedy.</exception>
    public static async Task<StartedParts> OpenAsync(CoordinatorOptions options, TimeProvider time)
    {
        var paths = new StatePaths(options.StateDirectory);
        var directory = DirectoryLock.Take(paths);
        DurableDatabase? database = null;
        try
        {
            database = DurableDatabase.Open(paths.Database, CoordinatorSchema.Migrations);
            var incarnation = await Incarnation.BeginAsync(database, time);
            var authority = new ClusterAuthority(AuthorityFiles.LoadOrCreate(paths.Authority, time), incarnation.ClusterId, time);
            return new StartedParts(directory, paths, ServerLog.Create(paths, options.ConsoleLog), database, authority, incarnation, new ServerIdentity(authority, options, time), time);
        }
        catch (Exception e) // What was opened is closed again; the cause goes on.
        {
            if (database is not null)
            {
                await database.DisposeAsync();
            }

            directory.Dispose();
            if (e is DurableException durable)
            {
                throw new StartException($"{e.Message}{(durable.Fault == DurableFault.Corrupt ? " Restore coordinator.db from a backup: the rigs tell it what it has missed." : "")}", e);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Identity.Dispose();
        Authority.Dispose();
        await Logger.DisposeAsync();
        directory.Dispose();
    }
}
