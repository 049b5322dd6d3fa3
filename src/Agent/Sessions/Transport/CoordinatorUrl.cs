using Rigshift.Rules;

namespace Rigshift.Agent.Sessions.Transport;

/// <summary>Which URLs a rig may talk to.</summary>
internal static class CoordinatorUrl
{
    /// <summary>Null when the rig may connect there; else what is wrong and the remedy.</summary>
    public static string? Check(Uri url, bool allowInsecure)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("https" or "http") || url.Host.Length == 0)
        {
            return $"'{SafeText.ForMessage(url.OriginalString)}' is not a coordinator's address. Write it like https://coordinator.example:7443.";
        }

        if (url.Scheme == "https")
        {
            return null;
        }

        if (!url.IsLoopback)
        {
            return $"{url} is not encrypted, and it is not on this machine. Use https://.";
        }

        return allowInsecure
            ? null
            : $"{url} is not encrypted. Use https://, or set Sessions:AllowInsecure for tests on this machine.";
    }
}
