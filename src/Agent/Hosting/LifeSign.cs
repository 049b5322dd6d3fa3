using Rigshift.Agent.Model;

namespace Rigshift.Agent.Hosting;

/// <summary>Remembers when the control loop last turned. Until its first beat the agent is starting, which has its own time-out.</summary>
internal sealed class LifeSign(TimeProvider time) : ILifeSign
{
    private long last;

    public bool IsSilent => Volatile.Read(ref last) is not 0 and var beat && time.GetElapsedTime(beat) > ILifeSign.MaxSilence;

    public void Beat() => Volatile.Write(ref last, time.GetTimestamp());
}
