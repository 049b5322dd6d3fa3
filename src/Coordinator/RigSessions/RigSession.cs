using System.Threading.Channels;
using Grpc.Core;
using Rigshift.Coordinator.Serving;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>
/// One live stream of a rig: a bounded queue with one writer, and a watchdog for silence. What it forgets when it ends is
/// derived again at the next Hello.
/// </summary>
internal sealed class RigSession : IDisposable
{
    /// <summary>Messages that may wait for a slow rig before its session is given up.</summary>
    private const int QueueLimit = 256;

    /// <summary>Messages of one rig that may be on their way to the disk. More wait in the transport, which slows the rig down.</summary>
    public const int InFlightLimit = 256;

    private readonly Channel<CoordinatorMessage> outbox = Channel.CreateBounded<CoordinatorMessage>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    private readonly CancellationTokenSource ended;
    private readonly ITimer silence;
    private readonly TimeProvider time;
    private readonly TimeSpan silenceLimit;
    private readonly TimeSpan writeLimit;

    public RigSession(Guid rigId, ulong generation, Hello hello, ulong offeredStateGen, DateTimeOffset certificateEnds, RigSessionOptions options, TimeProvider time)
    {
        RigId = rigId;
        Generation = generation;
        AgentEpoch = hello.AgentEpoch;
        BootId = hello.BootId;
        AnchorsHash = hello.AnchorsHash;
        Hostname = hello.Host?.Hostname ?? "";
        OfferedStateGen = offeredStateGen;
        CertificateEnds = certificateEnds;
        this.time = time;
        silenceLimit = TimeSpan.FromSeconds(options.SilenceSeconds);
        writeLimit = TimeSpan.FromSeconds(options.WriteStallSeconds);
        ended = new CancellationTokenSource();
        Ended = ended.Token;
        LastHeard = time.GetUtcNow();
        silence = time.CreateTimer(_ => End("silent"), null, silenceLimit, Timeout.InfiniteTimeSpan);
    }

    public Guid RigId { get; }

    /// <summary>Bounds what is handled at once.</summary>
    public SemaphoreSlim Places { get; } = new(InFlightLimit, InFlightLimit);

    public ulong Generation { get; }

    public ulong AgentEpoch { get; }

    public string BootId { get; }

    public string AnchorsHash { get; }

    public string Hostname { get; }

    public ulong OfferedStateGen { get; }

    /// <summary>TLS looks at the certificate only when a connection begins; the session must end with it.</summary>
    public DateTimeOffset CertificateEnds { get; }

    /// <summary>The rig has the new state generation on disk; before that, no offer counts.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>Draining or in quarantine: offers are shown, not used.</summary>
    public bool IsClosed { get; set; }

    /// <summary>For people; never for a deadline.</summary>
    public DateTimeOffset LastHeard { get; private set; }

    public Offer? Offer { get; set; }

    /// <summary>Accepts and refusals read so far; offers refer to their number. Only the reader counts.</summary>
    public ulong Answers { get; set; }

    /// <summary>When it came, on the monotonic clock.</summary>
    public TimeSpan OfferReceived { get; set; }

    public CancellationToken Ended { get; }

    /// <summary>Why it ended; for the log.</summary>
    public string EndReason { get; private set; } = "";

    /// <summary>A heartbeat has come.</summary>
    public void Beat() => silence.Change(silenceLimit, Timeout.InfiniteTimeSpan);

    public void Hear() => LastHeard = time.GetUtcNow();

    /// <summary>False: the session is over, because it has ended or because the rig takes nothing any more.</summary>
    public bool TrySend(CoordinatorMessage message)
    {
        message.SessionGen = Generation;
        if (outbox.Writer.TryWrite(message))
        {
            return true;
        }

        End("queue_full");
        return false;
    }

    /// <summary>Sends a last message, then ends in good order.</summary>
    public void Finish(CoordinatorMessage last)
    {
        TrySend(last);
        outbox.Writer.TryComplete();
    }

    public void End(string reason)
    {
        lock (outbox)
        {
            if (ended.IsCancellationRequested)
            {
                return;
            }

            EndReason = reason;
            outbox.Writer.TryComplete();
            ended.Cancel();
        }
    }

    /// <summary>The only writer of the stream. Returns when the session has ended.</summary>
    public async Task WriteAsync(IServerStreamWriter<CoordinatorMessage> stream)
    {
        using var alarm = time.CreateTimer(_ => End("write_stalled"), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await foreach (var message in outbox.Reader.ReadAllAsync(Ended))
        {
            alarm.Change(writeLimit, Timeout.InfiniteTimeSpan);
            await stream.WriteAsync(message, Ended);
            alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        End("finished");
    }

    public void Dispose()
    {
        End("disposed");
        silence.Dispose();
        Places.Dispose();
        ended.Dispose();
    }
}
