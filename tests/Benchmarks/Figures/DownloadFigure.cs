using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Rigshift.Benchmarks.Floors;
using Rigshift.Benchmarks.Machine;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Benchmarks.Figures;

/// <summary>A large input, from the rig's decision to fetch it to its place in the attempt's directory, verified.</summary>
internal static class DownloadFigure
{
    private const long Bytes = 1L << 30;
    private const int Block = 1 << 20;
    private const int Runs = 3;
    private const double Aim = 0.8;
    private const double Mega = 1e6;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var agent = await bench.StartConnectedAgentAsync();
        var fetch = new Samples();
        var floor = new Samples();
        var (agentCpu, coordinatorCpu) = (new Samples(), new Samples());
        for (var i = 0; i < Runs; i++)
        {
            var digest = await UploadAsync(bench);
            floor.Add(HashFloor.Seconds(bench.Root, Bytes));
            var (agentBefore, coordinatorBefore) = (ProcessUse.CpuSeconds(agent.Pid), ProcessUse.CpuSeconds(bench.CoordinatorPid));
            fetch.Add(await FetchAsync(bench, digest));
            agentCpu.Add(ProcessUse.CpuSeconds(agent.Pid) - agentBefore);
            coordinatorCpu.Add(ProcessUse.CpuSeconds(bench.CoordinatorPid) - coordinatorBefore);
        }

        await Bench.StopAsync(agent);
        var (measured, best) = (Bytes / Mega / fetch.Median, Bytes / Mega / floor.Median);
        return
        [
            new Figure(
                "artifact download, 1 GiB, verified", "MB/s", measured, best, "SHA-256 + file write", "≥ 0.8 of the floor", measured >= Aim * best,
                string.Create(CultureInfo.InvariantCulture, $"seconds: {fetch.Spread("s")}; floor {floor.Spread("s")}; includes TLS at both ends, on the same cores, and the copy into the attempt's input directory; CPU: agent {agentCpu.Median:0.0} s, coordinator {coordinatorCpu.Median:0.0} s")),
        ];
    }

    private static async Task<Digest> UploadAsync(Bench bench)
    {
        // Each run has bytes of its own: what the rig has in its cache is not fetched again.
        var path = Path.Combine(bench.Root, "source.bin");
        var block = RandomNumberGenerator.GetBytes(Block);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (long offset = 0; offset < Bytes; offset += Block)
            {
                BitConverter.TryWriteBytes(block, offset);
                hash.AppendData(block);
                RandomAccess.Write(file, block, offset);
            }
        }

        var digest = Digest.FromHash(hash.GetHashAndReset());
        using (var stream = File.OpenRead(path))
        using (var body = new StreamContent(stream, Block))
        {
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var reply = await bench.Operator.Bulk.PutAsync(new Uri($"v1/artifacts/{digest}", UriKind.Relative), body);
            reply.EnsureSuccessStatusCode();
        }

        File.Delete(path);
        return digest;
    }

    private static async Task<double> FetchAsync(Bench bench, Digest digest)
    {
        var request = Work.Program(["/bin/true"], diskBytes: 3 * (ulong)Bytes);
        request.Spec.Inputs.Add(new Input { Path = "data.bin", Artifact = new ArtifactRef { Digest = digest.ToString(), SizeBytes = (ulong)Bytes } });
        var job = await bench.Operator.Jobs.SubmitAsync(request);
        var ended = await Work.EndAsync(bench.Operator, job.JobId);
        var attempt = ended.Attempts[0].AttemptId;
        return (At(bench, attempt, AttemptPhase.Starting) - At(bench, attempt, AttemptPhase.Preparing)) / 1000.0;
    }

    /// <summary>The rig's own time of an event, milliseconds, from the coordinator's record: no call tells it.</summary>
    private static long At(Bench bench, string attempt, AttemptPhase phase)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(bench.CoordinatorState, "coordinator.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT rig_time_ms FROM events WHERE attempt_id = @id AND phase = @phase";
        command.Parameters.AddWithValue("@id", attempt);
        command.Parameters.AddWithValue("@phase", (int)phase);
        return (long)(command.ExecuteScalar() ?? throw new InvalidOperationException($"The attempt has no event {phase}."));
    }
}
