namespace Rigshift.Agent.Model;

/// <summary>
/// The control loop says that it still turns. The service's watchdog ends an agent whose loop has gone silent, so that the
/// system starts a new one; running attempts are not touched by that.
/// </summary>
internal interface ILifeSign
{
    /// <summary>Longest silence of a healthy loop: a waiting loop wakes up and beats at least this often.</summary>
    static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(15);

    /// <summary>Cheap; from any thread.</summary>
    void Beat();
}
