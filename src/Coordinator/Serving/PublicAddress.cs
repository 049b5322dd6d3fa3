namespace Rigshift.Coordinator.Serving;

/// <summary>How rigs reach the coordinator; set once it listens, because the port may be the system's choice.</summary>
internal sealed class PublicAddress
{
    private Uri? url;

    public Uri Url => url ?? throw new InvalidOperationException("The coordinator does not listen yet.");

    public void Set(Uri value) => url = value;
}
