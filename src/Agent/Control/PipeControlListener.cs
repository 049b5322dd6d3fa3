using System.IO.Pipes;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Rigshift.Agent.Control;

/// <summary>A named pipe for administrators, the system and the user the service runs as.</summary>
[SupportedOSPlatform("windows")]
internal sealed class PipeControlListener(string name) : IControlListener
{
    private readonly PipeSecurity security = Rights();

    public async ValueTask<Stream> AcceptAsync(CancellationToken cancellation)
    {
        var pipe = NamedPipeServerStreamAcl.Create(
            name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous, 0, 0, security);
        try
        {
            await pipe.WaitForConnectionAsync(cancellation);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync();
            throw;
        }
    }

    public void Dispose()
    {
    }

    private static PipeSecurity Rights()
    {
        var rights = new PipeSecurity();
        using var self = WindowsIdentity.GetCurrent();
        foreach (var who in (SecurityIdentifier[])[new(WellKnownSidType.LocalSystemSid, null), new(WellKnownSidType.BuiltinAdministratorsSid, null), self.User!]) // A process always has a user.
        {
            rights.AddAccessRule(new PipeAccessRule(who, PipeAccessRights.FullControl, AccessControlType.Allow));
        }

        return rights;
    }
}
