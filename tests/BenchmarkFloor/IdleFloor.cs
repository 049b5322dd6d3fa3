using System.Net.Security;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Hosting;

namespace Rigshift.BenchmarkFloor;

/// <summary>A generic host that does nothing but keep one gRPC call open: the health service's Watch, which any client may call.</summary>
internal static class IdleFloor
{
    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    private static readonly Method<byte[], byte[]> Watch = new(MethodType.ServerStreaming, "grpc.health.v1.Health", "Watch", Raw, Raw);

    public static async Task RunAsync(Uri url)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "floor" });
        using var host = builder.Build();
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = TlsFloor.AnyServer },
        };
        using var channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpHandler = handler });
        await host.StartAsync();
        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(Watch, null, default, []);
        if (!await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            throw new InvalidOperationException("The coordinator ended the call.");
        }

        Console.WriteLine("open");
        await host.WaitForShutdownAsync();
    }
}
