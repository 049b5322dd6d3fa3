using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Rigshift.Agent.Control;

/// <summary>A Unix socket for the service's user and group.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixControlListener : IControlListener
{
    private const int Backlog = 16;

    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public UnixControlListener(string path)
    {
        try
        {
            // The instance lock is held: a socket file that is still there belongs to nobody.
            File.Delete(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask<Stream> AcceptAsync(CancellationToken cancellation) =>
        new NetworkStream(await socket.AcceptAsync(cancellation), ownsSocket: true);

    // Closing it also removes the file.
    public void Dispose() => socket.Dispose();
}
