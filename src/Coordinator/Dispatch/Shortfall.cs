using System.Globalization;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>Says in words what a job asks for that no connected rig has, or has free. Pure.</summary>
internal static class Shortfall
{
    private const double Mebibyte = 1 << 20;
    private const double MillisPerCore = 1000;

    /// <summary>What not even an idle rig has.</summary>
    public static string OfAll(JobNeed job, IEnumerable<RigDesk> rigs)
    {
        var able = rigs.Where(rig => rig.Offer.Runtimes.Contains(job.Runtime)).ToList();
        return able.Count == 0
            ? $"No connected rig has the runtime '{job.Runtime}' turned on."
            : Describe(job, able.Select(rig => rig.Seen), "offers");
    }

    /// <summary>What is in use at this moment; null when there is room.</summary>
    public static string? OfFree(JobNeed job, IEnumerable<RigDesk> rigs)
    {
        var able = rigs.Where(rig => DispatchMatch.CouldFit(rig, job)).ToList();
        return able.Count == 0 || able.Exists(rig => rig.Credits > 0 && rig.Free.Covers(job.Need)) ? null
            : able.TrueForAll(rig => rig.Credits <= 0) ? "No rig that could take it has a free place."
            : Describe(job, able.Select(rig => rig.Free), "has free");
    }

    private static string Describe(JobNeed job, IEnumerable<Capacity> rigs, string verb)
    {
        var most = rigs.Aggregate(default(Capacity), (sum, rig) => sum.Most(rig));
        string[] lacking =
        [
            .. Lacking("GPUs", job.Need.Gpus, most.Gpus, 1, verb),
            .. Lacking("CPU cores", job.Need.CpuMillis, most.CpuMillis, MillisPerCore, verb),
            .. Lacking("MiB of memory", job.Need.MemoryBytes, most.MemoryBytes, Mebibyte, verb),
            .. Lacking("MiB of disk", job.Need.DiskBytes, most.DiskBytes, Mebibyte, verb),
        ];
        return lacking.Length == 0
            ? "Each thing that the job needs is there, but not on one rig."
            : $"The job asks for {string.Join(", and for ", lacking)}.";
    }

    private static IEnumerable<string> Lacking(string what, long asked, long most, double unit, string verb) =>
        asked > most ? [$"{Text(asked / unit)} {what}, and the most that a connected rig {verb} is {Text(most / unit)}"] : [];

    private static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
