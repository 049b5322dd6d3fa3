namespace Rigshift.Coordinator.Authority;

/// <summary>A rig that has shown its certificate.</summary>
internal sealed record RigCaller(Guid RigId, CertificateStanding Certificate);
