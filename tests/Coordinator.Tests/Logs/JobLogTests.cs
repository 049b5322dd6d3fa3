using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Rigshift.Coordinator.Logs;
using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Coordinator.Tests.Logs;

/// <summary>Job logs: what was acknowledged is there, once, in order, whatever is sent again or torn.</summary>
[CancelAfter(30_000)]
internal sealed class JobLogTests
{
    [Test]
    public void Append_SentAgainOrOverlapping_IsKeptOnce()
    {
        using var directory = new TempDirectory();
        var log = new AttemptLog(directory.File("a.log"), 1000);
        log.Append(LogStream.Stdout, 0, 0, "hello "u8, last: false);
        log.Append(LogStream.Stdout, 0, 0, "hello "u8, last: false);
        var next = log.Append(LogStream.Stdout, 3, 0, "lo world"u8, last: true);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(next, Is.EqualTo(11));
        Assert.That(log.Length, Is.EqualTo((2 * LogFrame.HeaderBytes) + 11));
        Assert.That(log.HasEnded(LogStream.Stdout), Is.True);
    }

    [Test]
    public void Append_AfterAGap_IsNotStoredUnlessMarkedAsDropped()
    {
        using var directory = new TempDirectory();
        var log = new AttemptLog(directory.File("a.log"), 1000);
        log.Append(LogStream.Stdout, 0, 0, "abc"u8, last: false);
        var refused = log.Append(LogStream.Stdout, 10, 0, "xyz"u8, last: false);
        var marked = log.Append(LogStream.Stdout, 10, 7, "xyz"u8, last: false);
        Assert.That((refused, marked), Is.EqualTo(((ulong?)3, (ulong?)13)));
    }

    [Test]
    public void Append_BeyondTheQuota_IsRefusedAndTheRestStays()
    {
        using var directory = new TempDirectory();
        var log = new AttemptLog(directory.File("a.log"), 100);
        log.Append(LogStream.Stdout, 0, 0, new byte[60], last: false);
        var refused = log.Append(LogStream.Stdout, 60, 0, new byte[60], last: false);
        Assert.That((refused, log.NextOf(LogStream.Stdout)), Is.EqualTo(((ulong?)null, 60UL)));
    }

    [Test]
    public void Open_TornEnd_IsCutAndAskedForAgain()
    {
        using var directory = new TempDirectory();
        var path = directory.File("a.log");
        var log = new AttemptLog(path, 1000);
        log.Append(LogStream.Stdout, 0, 0, "whole"u8, last: false);
        log.Append(LogStream.Stderr, 0, 0, "torn off"u8, last: false);
        using (var file = new FileStream(path, FileMode.Open))
        {
            file.SetLength(file.Length - 3);
        }

        var again = new AttemptLog(path, 1000);
        Assert.That((again.NextOf(LogStream.Stdout), again.NextOf(LogStream.Stderr)), Is.EqualTo((5UL, 0UL)));
    }

    [Test]
    public async Task ReadLogs_FollowingARunningJob_GetsAllOfItThenEnds()
    {
        await using var coordinator = await LiveCoordinator.StartAsync();
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        var job = await coordinator.SubmitAsync();
        using var reading = coordinator.Jobs.ReadLogs(new ReadLogsRequest { JobId = job.JobId[..8], Follow = true });
        var assign = await session.TakeAsync();
        var logs = new RigLogs.RigLogsClient(coordinator.Channel(rig.Certificate));
        await logs.AppendAsync(Chunk(assign, LogStream.Stdout, 0, "one "));
        await logs.AppendAsync(Chunk(assign, LogStream.Stderr, 0, "two "));
        var result = FakeSession.ResultOf(assign);
        (result.StdoutBytes, result.StderrBytes) = (9, 4);
        await session.ResultAsync(result);
        await session.ExpectAsync(CoordinatorMessage.BodyOneofCase.ResultAck);
        await logs.AppendAsync(Chunk(assign, LogStream.Stdout, 4, "three"));
        var text = new StringBuilder();
        while (await reading.ResponseStream.MoveNext(TestContext.CurrentContext.CancellationToken))
        {
            text.Append(reading.ResponseStream.Current.Data.ToStringUtf8());
        }

        Assert.That(text.ToString(), Is.EqualTo("one two three"));
    }

    [Test]
    public async Task Append_AnotherRigsAttemptOrDamagedBytes_IsRefused()
    {
        await using var coordinator = await LiveCoordinator.StartAsync();
        var rig = await coordinator.EnrollAsync("rig-1");
        var stranger = await coordinator.EnrollAsync("rig-2");
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        await coordinator.SubmitAsync();
        var assign = await session.TakeAsync();
        var damaged = Chunk(assign, LogStream.Stdout, 0, "text");
        damaged.Crc32++;
        var own = new RigLogs.RigLogsClient(coordinator.Channel(rig.Certificate));
        var foreign = await Thrown.ByAsync<RpcException>(async () => await new RigLogs.RigLogsClient(coordinator.Channel(stranger.Certificate)).AppendAsync(Chunk(assign, LogStream.Stdout, 0, "x")));
        var broken = await Thrown.ByAsync<RpcException>(async () => await own.AppendAsync(damaged));
        using var scope = Assert.EnterMultipleScope();
        Assert.That(foreign.StatusCode, Is.EqualTo(StatusCode.PermissionDenied));
        Assert.That(broken.StatusCode, Is.EqualTo(StatusCode.InvalidArgument));
    }

    private static AppendLogRequest Chunk(Assign assign, LogStream stream, ulong offset, string text)
    {
        var data = Encoding.UTF8.GetBytes(text);
        return new AppendLogRequest { AttemptId = assign.AttemptId, Stream = stream, Offset = offset, Data = ByteString.CopyFrom(data), Crc32 = Crc32.Of(data) };
    }
}
