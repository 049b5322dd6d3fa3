using System.Text.Json;
using Grpc.Core;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>rigs --watch</c>: a line for each rig, then one for each change that a person would notice.</summary>
internal sealed class RigWatch(OperatorConnection connection, Screen screen, TimeProvider time, bool json)
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> shown = [];

    /// <summary>Runs until Ctrl-C, through restarts of the coordinator.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var everConnected = false;
        while (true)
        {
            try
            {
                using var call = connection.Fleet.WatchRigs(new WatchRigsRequest(), cancellationToken: cancellation);
                while (await call.ResponseStream.MoveNext(cancellation))
                {
                    everConnected = true;
                    Show(call.ResponseStream.Current);
                }
            }
            catch (RpcException fault) when (everConnected && fault.StatusCode is StatusCode.Unavailable && !cancellation.IsCancellationRequested)
            {
                // The coordinator restarts; the watch goes on when it is back.
            }

            await Task.Delay(RetryEvery, time, cancellation);
        }
    }

    private void Show(RigStatus rig)
    {
        if (json)
        {
            screen.Out.WriteLine(JsonSerializer.Serialize(RigView.From(rig), CompactJson.Default.RigView));
            screen.Out.Flush();
            return;
        }

        var state = RigView.StateOf(rig);
        var text = $"{Wording.ShortId(rig.RigId)}  {SafeText.ForMessage(rig.Host?.Hostname),-20}  {state.Text,-12}  jobs {rig.AttemptIds.Count}";
        if (!shown.TryGetValue(rig.RigId, out var before) || before != text)
        {
            shown[rig.RigId] = text;
            screen.Line($"{time.GetLocalNow():HH:mm:ss}  {text}", state.Tone);
        }
    }
}
