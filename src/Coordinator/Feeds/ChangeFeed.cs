using System.Collections.Immutable;

namespace Rigshift.Coordinator.Feeds;

/// <summary>Tells watchers that something has changed; they read what it is now. A slow watcher misses steps between, never the last one.</summary>
internal sealed class ChangeFeed
{
    private ImmutableArray<ChangeWatch> watches = [];

    /// <param name="only">Changes of this one; null: of all.</param>
    public ChangeWatch Watch(Guid? only)
    {
        var watch = new ChangeWatch(only, gone => ImmutableInterlocked.Update(ref watches, all => all.Remove(gone)));
        ImmutableInterlocked.Update(ref watches, all => all.Add(watch));
        return watch;
    }

    public void Publish(Guid id)
    {
        foreach (var watch in watches)
        {
            watch.Tell(id);
        }
    }
}
