using System.Security.Cryptography;

namespace Rigshift.Agent.Sessions;

/// <summary>Numbers from 0 to 1, different on rigs that booted from one image at one moment.</summary>
internal static class Jitter
{
    private const int Steps = 1 << 20;

    public static double Next() => RandomNumberGenerator.GetInt32(Steps) / (double)(Steps - 1);
}
