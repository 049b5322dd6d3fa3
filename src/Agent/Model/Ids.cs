namespace Rigshift.Agent.Model;

/// <summary>This rig, as the coordinator named it at enrollment.</summary>
internal readonly record struct RigId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>An immutable wish for work.</summary>
internal readonly record struct JobId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>One try at a job under one lease.</summary>
internal readonly record struct AttemptId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>A card, as its driver names it: "GPU-" and a UUID.</summary>
internal readonly record struct GpuUuid(string Value)
{
    public override string ToString() => Value;
}
