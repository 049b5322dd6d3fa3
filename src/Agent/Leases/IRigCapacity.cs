using Rigshift.Agent.Model;

namespace Rigshift.Agent.Leases;

/// <summary>Reads from the hardware what the rig has. The GPU room will add its healthy cards here.</summary>
internal interface IRigCapacity
{
    Capacity Read();

    /// <summary>Why the runtime cannot be used; null when it can.</summary>
    (string Reason, string Detail)? RuntimeFault(RuntimeKind kind);
}
