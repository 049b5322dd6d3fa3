using System.Diagnostics;

namespace Rigshift.TestKit;

/// <summary>Waits on a condition of the real world with a deadline; a scenario never waits for a time to pass.</summary>
public static class Eventually
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns the first value that satisfies the condition; fails with what it saw last when the deadline comes.</summary>
    public static async Task<T> ValueAsync<T>(Func<Task<T>> read, Func<T, bool> condition, TimeSpan deadline, string waitingFor)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var value = await read();
            if (condition(value))
            {
                return value;
            }

            if (watch.Elapsed > deadline)
            {
                throw new TimeoutException($"Waited {deadline.TotalSeconds:0} s for {waitingFor}; last seen: {value}");
            }

            await Task.Delay(Poll);
        }
    }

    public static Task TrueAsync(Func<bool> condition, TimeSpan deadline, string waitingFor) =>
        ValueAsync(() => Task.FromResult(condition()), seen => seen, deadline, waitingFor);
}
