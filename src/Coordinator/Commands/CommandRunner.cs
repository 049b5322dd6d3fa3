using System.Net.Sockets;
using System.Text.Json;
using Grpc.Core;
using Rigshift.Coordinator.Serving;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Runs a verb and turns whatever goes wrong into one message and an exit code; a person never sees a stack trace.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(Screen screen, Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (CommandException fault)
        {
            return Report(screen, fault.ExitCode, fault.Message);
        }
        catch (StartException fault)
        {
            return Report(screen, ExitCode.Failed, fault.Message);
        }
        catch (OperationCanceledException) // Ctrl-C: the verb has said what there is to say.
        {
            return ExitCode.Interrupted;
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.Cancelled) // The same, seen by gRPC.
        {
            return ExitCode.Interrupted;
        }
        catch (RpcException fault)
        {
            return Report(screen, CodeOf(fault), TextOf(fault));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or HttpRequestException or JsonException) // Disk and network: the system's answer is the message.
        {
            return Report(screen, ExitCode.Failed, SafeText.ForMessage(fault.Message));
        }
    }

    private static int Report(Screen screen, int code, string text)
    {
        screen.ErrorLine(text);
        return code;
    }

    private static int CodeOf(RpcException fault) => fault.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => ExitCode.NotReachable,
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => ExitCode.NotPermitted,
        StatusCode.InvalidArgument => ExitCode.BadUsage,
        _ => ExitCode.Failed,
    };

    private static string TextOf(RpcException fault)
    {
        var detail = SafeText.ForMessage(fault.Status.Detail);
        return fault.StatusCode switch
        {
            StatusCode.Unavailable when IsRefusedCertificate(fault) =>
                "The coordinator's certificate is not signed by the root in the credentials: they belong to another coordinator. Name the right ones with --credentials or --state-dir.",
            StatusCode.Unavailable =>
                $"The coordinator is not reachable: {Innermost(fault)}. Is it running (rigshift-coordinator serve), and is --coordinator right?",
            StatusCode.DeadlineExceeded => "The coordinator did not answer in time. Look at its log, then try again.",
            StatusCode.Unauthenticated or StatusCode.PermissionDenied =>
                $"The coordinator does not permit it: {detail}. Use the operator.json of its state directory (--credentials).",
            _ => detail.Length > 0 ? detail : $"The coordinator answered {fault.StatusCode}. Its log has more.",
        };
    }

    private static bool IsRefusedCertificate(RpcException fault)
    {
        for (var at = fault.Status.DebugException; at is not null; at = at.InnerException)
        {
            if (at is System.Security.Authentication.AuthenticationException)
            {
                return true;
            }
        }

        return false;
    }

    private static string Innermost(RpcException fault)
    {
        var at = fault.Status.DebugException;
        while (at is not null and not SocketException && at.InnerException is not null)
        {
            at = at.InnerException;
        }

        return SafeText.ForMessage(at?.Message ?? fault.Status.Detail).TrimEnd('.');
    }
}
