using Grpc.Net.Client;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions.Core;
using Rigshift.Agent.Sessions.Identity;

namespace Rigshift.Agent.Sessions.Transport;

/// <summary>
/// The connection for logs and artifacts, apart from the control connection: on one connection an unshaped upload held
/// heartbeats up for seconds (measured).
/// </summary>
internal sealed class BulkConnection : IBulkConnection, IDisposable
{
    private readonly Lock gate = new();
    private readonly HttpClient unenrolled = new(new NotEnrolledHandler());
    private SessionTimes times = SessionTimes.Default;
    private (RigId Rig, int Number) generation;
    private CoordinatorLink? current;
    private CoordinatorLink? retired;

    public HttpClient Client
    {
        get
        {
            lock (gate)
            {
                return current?.Http ?? unenrolled;
            }
        }
    }

    /// <summary>Null before the rig is enrolled.</summary>
    public GrpcChannel? Channel
    {
        get
        {
            lock (gate)
            {
                return current?.Channel;
            }
        }
    }

    /// <summary>What the coordinator set for this session; logs heed it.</summary>
    public SessionTimes Times
    {
        get => Volatile.Read(ref times);
        set => Volatile.Write(ref times, value);
    }

    /// <summary>
    /// Changes to a link with this identity. The one before lives on until the next change, because requests may be under
    /// way on it.
    /// </summary>
    public void Use(RigIdentity identity, LinkFactory links)
    {
        CoordinatorLink? old;
        lock (gate)
        {
            if (generation == (identity.RigId, identity.Generation))
            {
                return;
            }

            old = retired;
            retired = current;
            current = links.Open(identity);
            generation = (identity.RigId, identity.Generation);
        }

        old?.Dispose();
    }

    public void Dispose()
    {
        current?.Dispose();
        retired?.Dispose();
        unenrolled.Dispose();
    }

    private sealed class NotEnrolledHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("This rig is not enrolled. Run: rigshift enroll --coordinator URL --token TOKEN.");
    }
}
