using System.Buffers.Text;
using System.Security.Cryptography;
using Grpc.Core;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Feeds;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.FleetApi;

/// <summary>What the operator of the fleet can do.</summary>
internal sealed partial class FleetService(
    Callers callers, RigStore rigs, TokenStore tokens, RigView view, SessionTable sessions, Dispatcher dispatcher, LeaseTable leases, RigFeed feed, ClusterAuthority authority,
    PublicAddress address, TimeProvider time, ILogger<FleetService> logger) : Fleet.FleetBase
{
    private const uint DefaultTtlS = 3600;
    private const uint LongestTtlS = 86_400;
    private const uint MostUses = 10_000;
    private const int TokenIdBytes = 9;

    public override Task<ListRigsReply> ListRigs(ListRigsRequest request, ServerCallContext context)
    {
        callers.RequireOperator(context);
        var reply = new ListRigsReply();
        reply.Rigs.AddRange(rigs.All().Select(view.Show));
        return Task.FromResult(reply);
    }

    public override async Task WatchRigs(WatchRigsRequest request, IServerStreamWriter<RigStatus> responseStream, ServerCallContext context)
    {
        callers.RequireOperator(context);
        using var watch = feed.Watch();
        foreach (var row in rigs.All())
        {
            await responseStream.WriteAsync(view.Show(row), context.CancellationToken);
        }

        while (true)
        {
            foreach (var id in await watch.NextAsync(context.CancellationToken))
            {
                if (rigs.Find(id) is { } row)
                {
                    await responseStream.WriteAsync(view.Show(row), context.CancellationToken);
                }
            }
        }
    }

    public override async Task<CreateTokenReply> CreateToken(CreateTokenRequest request, ServerCallContext context)
    {
        callers.RequireOperator(context);
        if (request.TtlS > LongestTtlS || request.Uses > MostUses)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"A token lives at most {LongestTtlS} s (ttl_s) and enrolls at most {MostUses} rigs (uses)."));
        }

        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenIdBytes));
        var token = EnrollmentToken.Create(address.Url, id, authority.Pin);
        var expires = time.GetUtcNow() + TimeSpan.FromSeconds(request.TtlS == 0 ? DefaultTtlS : request.TtlS);
        await tokens.AddAsync(id, token.Secret, expires, (int)(request.Uses == 0 ? 1 : request.Uses));
        Log.TokenCreated(logger, id, expires);
        return new CreateTokenReply { Token = token.Encode(), TokenId = id, ExpiresUnixMs = expires.ToUnixTimeMilliseconds() };
    }

    public override async Task<RigStatus> Drain(DrainRigRequest request, ServerCallContext context)
    {
        callers.RequireOperator(context);
        var row = Require(request.RigId);
        if (await rigs.DrainAsync(row.Id, request.Resume, request.DeadlineS) is not { } order)
        {
            throw Unknown(request.RigId);
        }

        if (sessions.Find(row.Id) is { } session)
        {
            session.IsClosed = !request.Resume;
            session.TrySend(new CoordinatorMessage { Order = order });
            if (!request.Resume)
            {
                dispatcher.Post(new DispatchInput.RigClosed(row.Id));
            }
            else if (session.Offer is not null)
            {
                dispatcher.Post(OfferInput.From(session, leases));
            }
        }

        Log.RigDrained(logger, row.Id, request.Resume);
        feed.Publish(row.Id);
        return view.Show(Require(request.RigId));
    }

    public override async Task<RigStatus> Revoke(RevokeRigRequest request, ServerCallContext context)
    {
        callers.RequireOperator(context);
        var row = Require(request.RigId);
        await rigs.RevokeAsync(row.Id);
        // TLS looks at a certificate once per connection: the live session must be ended here.
        sessions.Find(row.Id)?.End("revoked");
        Log.RigRevoked(logger, row.Id);
        feed.Publish(row.Id);
        return view.Show(Require(request.RigId));
    }

    private RigRow Require(string rigId) => Guid.TryParse(rigId, out var id) && rigs.Find(id) is { } row ? row : throw Unknown(rigId);

    private static RpcException Unknown(string rigId) =>
        Refusal.Rpc(StatusCode.NotFound, Reason.RigUnknown, $"There is no rig '{SafeText.ForMessage(rigId)}'. List them: rigshift-coordinator rigs.");

    private static partial class Log
    {
        [LoggerMessage(3800, LogLevel.Information, "TokenCreated {TokenId} {Expires}")]
        public static partial void TokenCreated(ILogger logger, string tokenId, DateTimeOffset expires);

        [LoggerMessage(3801, LogLevel.Information, "RigDrained {RigId} {Resumed}")]
        public static partial void RigDrained(ILogger logger, Guid rigId, bool resumed);

        [LoggerMessage(3802, LogLevel.Warning, "RigRevoked {RigId}")]
        public static partial void RigRevoked(ILogger logger, Guid rigId);
    }
}
