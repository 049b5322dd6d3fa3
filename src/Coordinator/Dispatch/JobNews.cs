using Rigshift.Coordinator.Feeds;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>Tells dispatch and watchers what a commit has changed. Called after the commit, never before.</summary>
internal sealed class JobNews(JobStore jobs, Dispatcher dispatcher, ChangeFeed feed)
{
    // Long enough that a full disk or a closing session does not turn dispatch into a loop, short enough to go unnoticed.
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();

    /// <summary>Watchers of jobs, by job id.</summary>
    public ChangeFeed Feed => feed;

    public void Changed(Guid jobId) => feed.Publish(jobId);

    /// <param name="avoid">The rig that did not take it, for <paramref name="cooldown"/>.</param>
    public void Moved(JobRow job, Guid? avoid = null, TimeSpan cooldown = default)
    {
        // Read again, one at a time: commits are told here in any order, and the last word must be what is on record.
        lock (gate)
        {
            var now = jobs.Find(job.Id) ?? job;
            dispatcher.Post(now.State == JobState.Pending
                ? new DispatchInput.JobWaits(JobNeeds.From(now, jobs.Spec(now.Id), now.Failures == 0 ? [] : jobs.FailedOn(now.Id)), avoid, cooldown)
                : new DispatchInput.JobGone(now.Id));
        }

        feed.Publish(job.Id);
    }

    /// <summary>An assignment came to nothing: look at the job again, not at once on the same rig.</summary>
    public void Requeue(Guid jobId, Guid avoid)
    {
        if (jobs.Find(jobId) is { State: JobState.Pending } job)
        {
            Moved(job, avoid, AfterFault);
        }
    }

    /// <summary>A new job, whose spec is at hand.</summary>
    public void Submitted(JobRow job, JobSpec spec)
    {
        dispatcher.Post(new DispatchInput.JobWaits(JobNeeds.From(job, spec, [])));
        feed.Publish(job.Id);
    }
}
