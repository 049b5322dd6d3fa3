namespace Rigshift.Coordinator.Feeds;

/// <summary>Changes of rigs, by rig id.</summary>
internal sealed class RigFeed
{
    private readonly ChangeFeed feed = new();

    public ChangeWatch Watch() => feed.Watch(null);

    public void Publish(Guid rigId) => feed.Publish(rigId);
}
