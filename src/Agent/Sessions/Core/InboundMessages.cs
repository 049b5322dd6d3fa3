using System.Collections.Immutable;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Sessions.Mapping;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Core;

/// <summary>What the coordinator says once HelloAck is here.</summary>
internal static class InboundMessages
{
    public static SessionStep Step(SessionState state, MessageReceived received)
    {
        var message = received.Message;
        return message.BodyCase switch
        {
            Proto.CoordinatorMessage.BodyOneofCase.Reconnect => Reconnect(state, message.Reconnect),
            Proto.CoordinatorMessage.BodyOneofCase.Superseded => Superseded(state, message.Superseded),
            Proto.CoordinatorMessage.BodyOneofCase.HelloAck or Proto.CoordinatorMessage.BodyOneofCase.HelloRefused =>
                SessionStep.Ignoring(state, message.BodyCase.ToString(), "the session has begun already"),
            Proto.CoordinatorMessage.BodyOneofCase.None => SessionStep.Ignoring(state, "a message", "this agent does not know it"),
            _ when state.Phase != SessionPhase.Open => SessionStep.Closing(
                state, SessionEnd.Of(SessionEndKind.ProtocolViolated, $"The coordinator sent {message.BodyCase} before the session was confirmed.")),
            Proto.CoordinatorMessage.BodyOneofCase.HeartbeatAck => HeartbeatAcked(state, message.HeartbeatAck),
            Proto.CoordinatorMessage.BodyOneofCase.Assign => Assigned(state, message.Assign),
            Proto.CoordinatorMessage.BodyOneofCase.AcceptConfirmed => Confirmed(state, message.AcceptConfirmed),
            Proto.CoordinatorMessage.BodyOneofCase.EventAck => EventsAcked(state, message.EventAck),
            Proto.CoordinatorMessage.BodyOneofCase.ResultAck => ResultAcked(state, message.ResultAck),
            Proto.CoordinatorMessage.BodyOneofCase.Order => Ordered(state, message.Order),
            _ => SessionStep.Ignoring(state, message.BodyCase.ToString(), "this agent does not know it"),
        };
    }

    public static SessionStep Reconnect(SessionState state, Proto.Reconnect wire) => SessionStep.Closing(
        state,
        new SessionEnd(SessionEndKind.AskedToReconnect, "", "The coordinator is going away and asked the rig to come back.", TimeSpan.FromSeconds(wire.RetryAfterS)));

    public static SessionStep Superseded(SessionState state, Proto.Superseded wire) => SessionStep.Closing(state, SessionEnd.Of(
        SessionEndKind.Superseded,
        $"Another session of this rig has taken over (agent start number {wire.ByAgentEpoch}). If it repeats, a copy of this rig's disk runs elsewhere: enroll that one anew."));

    /// <summary>A coordinator that is not to be trusted may renew a lease, and may not end anything.</summary>
    public static AttemptVerdict Allowed(SessionState state, AttemptVerdict verdict) =>
        state.Distrusted && verdict.Verdict != Verdict.Continue ? verdict with { Verdict = Verdict.Hold } : verdict;

    public static Proto.RigMessage Refusal(string attemptId, ulong fence, string reason, AssignAnswer answer) => new()
    {
        Refuse = new Proto.Refuse
        {
            AttemptId = attemptId,
            Fence = fence,
            Reason = reason,
            Detail = answer.Detail,
            RetryAfterS = (uint)Math.Ceiling(Math.Max(0, (answer.RetryAfter ?? TimeSpan.Zero).TotalSeconds)),
        },
    };

    public static Proto.RigMessage Reply(string orderId, Proto.OrderOutcome outcome, string reason) =>
        new() { OrderReply = new Proto.OrderReply { OrderId = orderId, Outcome = outcome, Reason = reason } };

    private static SessionStep HeartbeatAcked(SessionState state, Proto.HeartbeatAck ack)
    {
        if (!state.Unanswered.TryGetValue(ack.Sequence, out var sentAt))
        {
            return SessionStep.Ignoring(state, "HeartbeatAck", "it answers no heartbeat that waits");
        }

        var answered = state.Unanswered.RemoveRange(state.Unanswered.Keys.TakeWhile(k => k <= ack.Sequence).ToList());
        var renewals = ack.Renewals.Select(VerdictMapper.Map).OfType<AttemptVerdict>().Select(v => new ApplyVerdict(Allowed(state, v), sentAt));
        return new SessionStep(state with { Unanswered = answered }, [.. renewals]);
    }

    private static SessionStep Assigned(SessionState state, Proto.Assign assign)
    {
        var fence = new Fence(assign.Fence);
        if (state.Distrusted)
        {
            return Refuse(state, assign, Reason.CoordinatorStale, "");
        }

        if (!WireIds.TryAttempt(assign.AttemptId, out var id) || !WireIds.TryJob(assign.JobId, out var job))
        {
            return Refuse(state, assign, Reason.SpecInvalid, "attempt_id or job_id is no UUID");
        }

        if (assign.OfferId == 0 || assign.OfferId > state.Offers.LastId)
        {
            return Refuse(state, assign, Reason.StaleOffer, "");
        }

        var (spec, fault) = JobSpecMapper.Map(assign.Spec);
        var attemptNo = (int)Math.Min(assign.AttemptNo, int.MaxValue);
        return SessionStep.With(state, new TakeAssignment(new Assignment(assign.OfferId, id.Value, job.Value, fence, attemptNo, spec, fault)));
    }

    private static SessionStep Refuse(SessionState state, Proto.Assign assign, string reason, string detail) =>
        SessionStep.Sending(
            state with { AssignsAnswered = state.AssignsAnswered + 1 },
            Refusal(assign.AttemptId, assign.Fence, reason, new AssignAnswer(reason, detail, null)),
            urgent: true);

    private static SessionStep Confirmed(SessionState state, Proto.AcceptConfirmed confirmed)
    {
        if (!WireIds.TryAttempt(confirmed.AttemptId, out var id)
            || !state.Accepts.TryGetValue(id.Value, out var accept)
            || accept.Fence.Value != confirmed.Fence
            || LeaseMapper.Map(confirmed.Lease) is not { } terms)
        {
            return SessionStep.Ignoring(state, "AcceptConfirmed", "it confirms no accept of this session, or grants no lease");
        }

        return SessionStep.With(state with { Accepts = state.Accepts.Remove(id.Value) }, new ConfirmAttempt(id.Value, accept.Fence, terms, accept.SentAt));
    }

    private static SessionStep EventsAcked(SessionState state, Proto.EventAck ack) => state.Distrusted || !WireIds.TryAttempt(ack.AttemptId, out var id)
        ? SessionStep.Ignoring(state, "EventAck", "it names no attempt, or comes from a coordinator that is not trusted")
        : SessionStep.With(state, new AckEvents(id.Value, ack.EventNo));

    private static SessionStep ResultAcked(SessionState state, Proto.ResultAck ack)
    {
        if (state.Distrusted || !WireIds.TryAttempt(ack.AttemptId, out var id))
        {
            return SessionStep.Ignoring(state, "ResultAck", "it names no attempt, or comes from a coordinator that is not trusted");
        }

        var missing = ack.MissingDigests.Select(d => Digest.TryParse(d, out var digest) ? digest : (Digest?)null).OfType<Digest>().ToImmutableArray();
        return SessionStep.With(state, new AckResult(id.Value, new Fence(ack.Fence), VerdictMapper.Map(ack.Verdict), missing));
    }

    private static SessionStep Ordered(SessionState state, Proto.Order order)
    {
        if (state.Distrusted)
        {
            return SessionStep.Sending(state, Reply(order.OrderId, Proto.OrderOutcome.Refused, Reason.CoordinatorStale), urgent: true);
        }

        switch (order.OrderCase)
        {
            case Proto.Order.OrderOneofCase.Cancel when WireIds.TryAttempt(order.Cancel.AttemptId, out var id):
                return SessionStep.With(state, new CancelAttempt(order.OrderId, id.Value, new Fence(order.Cancel.Fence), order.Cancel.Reason));
            case Proto.Order.OrderOneofCase.Cancel:
                return SessionStep.Sending(state, Reply(order.OrderId, Proto.OrderOutcome.Refused, Reason.SpecInvalid), urgent: true);
            case Proto.Order.OrderOneofCase.Drain:
                return SessionStep.With(state, new DrainRig(order.OrderId, order.Drain.DeadlineS == 0 ? null : TimeSpan.FromSeconds(order.Drain.DeadlineS)));
            case Proto.Order.OrderOneofCase.Resume:
                return SessionStep.With(state, new ResumeRig(order.OrderId));
            default:
                return SessionStep.Sending(state, Reply(order.OrderId, Proto.OrderOutcome.Unsupported, ""), urgent: true);
        }
    }
}
