using System.Collections.Immutable;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions.Mapping;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Core;

/// <summary>Which facts, offers and progress reports go out now, and when to look again.</summary>
internal static class OutboundFlow
{
    /// <summary>Items sent and not acked; a coordinator that does not ack gets no more, and the rest waits on disk.</summary>
    public const int Window = 1000;

    public static readonly TimeSpan OfferTtl = TimeSpan.FromSeconds(60);

    /// <summary>Half of its time: an offer never runs out on the coordinator because of one late message.</summary>
    public static readonly TimeSpan OfferRefresh = TimeSpan.FromSeconds(30);

    /// <summary>200 offers a second are enough to keep a rig full of short jobs; changes between are sent as one.</summary>
    public static readonly TimeSpan OfferSpacing = TimeSpan.FromMilliseconds(5);

    /// <summary>Two reports a second look alive to a person and cost nothing.</summary>
    public static readonly TimeSpan ProgressSpacing = TimeSpan.FromMilliseconds(500);

    public static SessionStep Step(SessionState state, AttemptsChanged changed)
    {
        var messages = ImmutableArray.CreateBuilder<SessionEffect>();
        var sent = SendOutbox(state, changed, messages);
        var progress = SendProgress(state, changed, messages);
        var offers = SendOffer(state, changed, messages);
        return new SessionStep(state with { Sent = sent, Progress = progress, Offers = offers }, messages.DrainToImmutable());
    }

    /// <summary>When something that waits becomes due, if nothing changes before.</summary>
    public static TimeSpan NextDue(SessionState state)
    {
        var due = state.Offers.Due ? state.Offers.SentAt + OfferSpacing : state.Offers.SentAt + OfferRefresh;
        foreach (var track in state.Progress.Values)
        {
            if (track.Pending is not null && track.SentAt + ProgressSpacing < due)
            {
                due = track.SentAt + ProgressSpacing;
            }
        }

        return due;
    }

    private static ImmutableDictionary<OutboxKey, int> SendOutbox(SessionState state, AttemptsChanged changed, ImmutableArray<SessionEffect>.Builder messages)
    {
        if (state.Distrusted)
        {
            return state.Sent; // An ack from an old copy of the coordinator would lose the fact for the real one.
        }

        // What is acked has left the outbox; what is left of the old marks is the window in use.
        var sent = ImmutableDictionary.CreateBuilder<OutboxKey, int>();
        foreach (var item in changed.Outbox)
        {
            if (state.Sent.TryGetValue(OutboxKey.Of(item), out var sendNo))
            {
                sent[OutboxKey.Of(item)] = sendNo;
            }
        }

        foreach (var item in changed.Outbox)
        {
            var key = OutboxKey.Of(item);
            var isNew = !sent.TryGetValue(key, out var sendNo);
            if (isNew ? sent.Count >= Window : sendNo >= item.SendNo)
            {
                continue;
            }

            sent[key] = item.SendNo;
            messages.Add(Stamp(state, OutboxMapper.Map(item)));
        }

        return sent.ToImmutable();
    }

    private static ImmutableDictionary<AttemptId, ProgressTrack> SendProgress(
        SessionState state, AttemptsChanged changed, ImmutableArray<SessionEffect>.Builder messages)
    {
        var tracks = state.Progress;
        foreach (var report in changed.Progress)
        {
            tracks = tracks.SetItem(report.Id, tracks.TryGetValue(report.Id, out var track) ? track with { Pending = report } : new ProgressTrack(TimeSpan.MinValue, report));
        }

        foreach (var (id, track) in tracks)
        {
            if (track.SentAt != TimeSpan.MinValue && changed.At - track.SentAt < ProgressSpacing)
            {
                continue;
            }

            if (track.Pending is null)
            {
                tracks = tracks.Remove(id); // Silent for a while: nothing to remember.
                continue;
            }

            messages.Add(Stamp(state, OutboxMapper.Map(track.Pending)));
            tracks = tracks.SetItem(id, new ProgressTrack(changed.At, null));
        }

        return tracks;
    }

    private static OfferTrack SendOffer(SessionState state, AttemptsChanged changed, ImmutableArray<SessionEffect>.Builder messages)
    {
        var track = state.Offers;
        var terms = state.Distrusted ? changed.Offer with { Credits = 0, Reason = Reason.CoordinatorStale } : changed.Offer;
        var isNew = track.LastTerms is null || track.LastAssignsSeen != changed.AssignsAnswered || !Same(track.LastTerms, terms);
        var elapsed = changed.At - track.SentAt;
        if (track.LastTerms is not null && (isNew ? elapsed < OfferSpacing : elapsed < OfferRefresh))
        {
            return track with { Due = isNew };
        }

        var id = track.LastId + 1;
        messages.Add(Stamp(state, OfferMapper.Map(terms, id, changed.AssignsAnswered, OfferTtl)));
        return new OfferTrack { LastId = id, LastTerms = terms, LastAssignsSeen = changed.AssignsAnswered, SentAt = changed.At };
    }

    // Warm artifacts are a hint: their order changes with every job, and is no reason for an offer.
    private static bool Same(OfferTerms a, OfferTerms b) =>
        a.Credits == b.Credits && a.CpuMillis == b.CpuMillis && a.MemoryBytes == b.MemoryBytes && a.DiskBytes == b.DiskBytes && a.Reason == b.Reason
        && a.Gpus.SequenceEqual(b.Gpus) && a.Runtimes.SequenceEqual(b.Runtimes);

    private static Send Stamp(SessionState state, Proto.RigMessage message)
    {
        message.SessionGen = state.SessionGen;
        return new Send(message, Urgent: message.BodyCase == Proto.RigMessage.BodyOneofCase.Offer);
    }
}
