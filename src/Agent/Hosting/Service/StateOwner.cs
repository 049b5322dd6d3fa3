using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Hosting.Service;

/// <summary>
/// `sudo rigshift enroll` writes as root into the state of a service that runs as its own user: the files become that
/// user's, or the service could not read its own identity. On Windows the folder's ACL does the same.
/// </summary>
internal static class StateOwner
{
    public static void Keep(AgentPaths paths)
    {
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            SystemTool.Run("chown", "-R", "-h", "--reference=" + paths.StateDir, StateDirectory.At(paths.StateDir).Identity);
        }
    }
}
