using System.Collections.Immutable;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Sessions.Mapping;
using Rigshift.Agent.Storage;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Core;

/// <summary>What a session does with what happens to it. No clock, no I/O, no lock.</summary>
internal static class SessionCore
{
    /// <summary>Hello goes unanswered this long and the connection is in doubt; it is longer than a slow coordinator's start.</summary>
    public static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Heartbeats come early or late by up to this share, so that a farm does not beat as one.</summary>
    private const double JitterShare = 0.2;

    public static SessionStep Step(SessionState state, SessionInput input) => state.Phase == SessionPhase.Closed
        ? SessionStep.Nothing(state)
        : input switch
        {
            MessageReceived received => Receive(state, received),
            AckStored stored => Stored(state, stored),
            ClockTicked ticked => Tick(state, ticked),
            HeartbeatReady ready => Heartbeat(state, ready),
            AttemptsChanged changed => state.Phase == SessionPhase.Open ? OutboundFlow.Step(state, changed) : SessionStep.Nothing(state),
            AssignAnswered answered => Answer(state, answered),
            OrderAnswered answered => Answer(state, answered),
            _ => throw new ArgumentException($"No rule for {input.GetType().Name}.", nameof(input)),
        };

    /// <summary>When <see cref="ClockTicked"/> has something to do.</summary>
    public static TimeSpan NextTick(SessionState state)
    {
        if (state.Phase != SessionPhase.Open)
        {
            return state.HelloSentAt + HelloTimeout;
        }

        return state.Unanswered.IsEmpty || state.NextHeartbeatAt < OldestDeadline(state) ? state.NextHeartbeatAt : OldestDeadline(state);
    }

    private static SessionStep Receive(SessionState state, MessageReceived received)
    {
        var message = received.Message;
        return state.Phase switch
        {
            SessionPhase.AwaitingAck => message.BodyCase switch
            {
                Proto.CoordinatorMessage.BodyOneofCase.HelloAck => Acknowledged(state, message),
                Proto.CoordinatorMessage.BodyOneofCase.HelloRefused => Refused(state, message.HelloRefused),
                Proto.CoordinatorMessage.BodyOneofCase.Reconnect => InboundMessages.Reconnect(state, message.Reconnect),
                Proto.CoordinatorMessage.BodyOneofCase.Superseded => InboundMessages.Superseded(state, message.Superseded),
                _ => SessionStep.Closing(state, SessionEnd.Of(SessionEndKind.ProtocolViolated, $"The coordinator answered Hello with {message.BodyCase}.")),
            },
            _ when message.SessionGen != state.SessionGen =>
                SessionStep.Ignoring(state, message.BodyCase.ToString(), "it belongs to another session"),
            _ => InboundMessages.Step(state, received),
        };
    }

    private static SessionStep Acknowledged(SessionState state, Proto.CoordinatorMessage message)
    {
        var ack = message.HelloAck;
        if (ack.SessionGen == 0)
        {
            return SessionStep.Closing(state, SessionEnd.Of(SessionEndKind.ProtocolViolated, "The coordinator's HelloAck has no session_gen."));
        }

        var alarm = DistrustOf(state, ack);
        var next = state with
        {
            Phase = SessionPhase.Confirming,
            SessionGen = ack.SessionGen,
            Distrusted = alarm is not null,
            Times = SessionTimes.From(ack.Terms),
            ServerTime = ServerTime(ack.ServerTimeUnixMs),
            Facts = alarm is null ? new SessionFacts(ack.NewStateGen, ack.Incarnation) : state.Facts,
        };
        var verdicts = ack.Verdicts.Select(VerdictMapper.Map).OfType<AttemptVerdict>().Select(v => InboundMessages.Allowed(next, v)).OrderBy(v => Rank(v.Verdict)).ToList();
        var effects = ImmutableArray.CreateBuilder<SessionEffect>();
        if (alarm is not null)
        {
            effects.Add(new Alarm(alarm));
        }

        effects.Add(new StoreAck(next.Facts == state.Facts ? null : next.Facts, verdicts, state.HelloSentAt));
        return new SessionStep(next, effects.DrainToImmutable());
    }

    /// <summary>Why the far side is not the coordinator that this rig knows; null when it is.</summary>
    private static string? DistrustOf(SessionState state, Proto.HelloAck ack)
    {
        if (!Guid.TryParseExact(ack.ClusterId, "D", out var cluster) || cluster != state.ClusterId)
        {
            return $"it names cluster '{SafeText.ForMessage(ack.ClusterId)}', and this rig belongs to {state.ClusterId:D}";
        }

        return ack.Incarnation < state.Facts.IncarnationSeen
            ? $"its incarnation is {ack.Incarnation}, and this rig has seen {state.Facts.IncarnationSeen}: an old copy of the coordinator is running"
            : null;
    }

    private static SessionStep Refused(SessionState state, Proto.HelloRefused refused)
    {
        var detail = ReasonAdvice.For(refused.Reason) + (refused.Detail.Length == 0 ? "" : " " + SafeText.ForMessage(refused.Detail));
        return SessionStep.Closing(state, new SessionEnd(SessionEndKind.Refused, refused.Reason, detail, TimeSpan.FromSeconds(refused.RetryAfterS)));
    }

    private static SessionStep Stored(SessionState state, AckStored stored)
    {
        if (state.Phase != SessionPhase.Confirming)
        {
            return SessionStep.Nothing(state);
        }

        if (!stored.Stored)
        {
            return SessionStep.Closing(state, SessionEnd.Of(SessionEndKind.DiskRefused, "The rig's disk refused the session's numbers. Free space, or check the disk."));
        }

        var next = state with { Phase = SessionPhase.Open, NextHeartbeatAt = stored.At };
        var confirm = new Proto.RigMessage { HelloConfirm = new Proto.HelloConfirm { StateGen = state.Facts.StateGen } };
        var step = SessionStep.Sending(next, confirm, urgent: true);
        return step with { Effects = step.Effects.Add(new Opened(state.ServerTime, state.Times)) };
    }

    private static SessionStep Tick(SessionState state, ClockTicked ticked)
    {
        if (state.Phase != SessionPhase.Open)
        {
            return ticked.At - state.HelloSentAt < HelloTimeout
                ? SessionStep.Nothing(state)
                : SessionStep.Closing(state, SessionEnd.Of(SessionEndKind.Silent, "The coordinator did not answer Hello in time."));
        }

        if (!state.Unanswered.IsEmpty && ticked.At >= OldestDeadline(state))
        {
            return SessionStep.Closing(state, SessionEnd.Of(
                SessionEndKind.Silent, $"The coordinator answered no heartbeat for {state.Times.HeartbeatTimeout.TotalSeconds:0} s."));
        }

        if (ticked.At < state.NextHeartbeatAt)
        {
            return SessionStep.Nothing(state);
        }

        var factor = 1 + (JitterShare * ((2 * ticked.Jitter) - 1));
        return SessionStep.With(state with { NextHeartbeatAt = ticked.At + (state.Times.HeartbeatInterval * factor) }, new GatherHeartbeat());
    }

    private static SessionStep Heartbeat(SessionState state, HeartbeatReady ready)
    {
        if (state.Phase != SessionPhase.Open)
        {
            return SessionStep.Nothing(state);
        }

        var sequence = state.HeartbeatSequence + 1;
        var message = new Proto.RigMessage
        {
            Heartbeat = new Proto.Heartbeat
            {
                Sequence = sequence,
                Attempts =
                {
                    ready.Held.Select(h => new Proto.HeldAttempt { AttemptId = h.Id.ToString(), Fence = h.Fence.Value, Phase = (Proto.AttemptPhase)h.State }),
                },
            },
        };
        return SessionStep.Sending(
            state with { HeartbeatSequence = sequence, Unanswered = state.Unanswered.Add(sequence, ready.At) }, message, urgent: true);
    }

    private static SessionStep Answer(SessionState state, AssignAnswered answered)
    {
        if (state.Phase != SessionPhase.Open)
        {
            return SessionStep.Nothing(state);
        }

        state = state with { AssignsAnswered = state.AssignsAnswered + 1 };
        if (answered.Answer.RefusalReason is { } reason)
        {
            return SessionStep.Sending(state, InboundMessages.Refusal(answered.Id.ToString(), answered.Fence.Value, reason, answered.Answer), urgent: true);
        }

        var accept = new Proto.RigMessage { Accept = new Proto.Accept { AttemptId = answered.Id.ToString(), Fence = answered.Fence.Value } };
        return SessionStep.Sending(
            state with { Accepts = state.Accepts.SetItem(answered.Id, new SentAccept(answered.Fence, answered.At)) }, accept, urgent: true);
    }

    private static SessionStep Answer(SessionState state, OrderAnswered answered)
    {
        if (state.Phase != SessionPhase.Open)
        {
            return SessionStep.Nothing(state);
        }

        var outcome = answered.Answer.RefusalReason is null ? Proto.OrderOutcome.Done : Proto.OrderOutcome.Refused;
        return SessionStep.Sending(state, InboundMessages.Reply(answered.OrderId, outcome, answered.Answer.RefusalReason ?? ""), urgent: true);
    }

    // Renewed leases first: they have a clock. Then what frees cards, then the rest.
    private static int Rank(Verdict verdict) => verdict switch
    {
        Verdict.Continue => 0,
        Verdict.Stop => 1,
        Verdict.Resend => 2,
        Verdict.Forget => 3,
        _ => 4,
    };

    private static TimeSpan OldestDeadline(SessionState state) => state.Unanswered.First().Value + state.Times.HeartbeatTimeout;

    private static DateTimeOffset? ServerTime(long unixMs) =>
        unixMs > 0 && unixMs <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(unixMs) : null;
}
