using System.Collections.Frozen;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;

namespace Rigshift.Agent.Jobs;

/// <summary>The runtimes by kind. A disabled one is here too: attempts of before it was turned off still need it.</summary>
internal sealed class RuntimeTable(IEnumerable<IRuntime> runtimes)
{
    private readonly FrozenDictionary<RuntimeKind, IRuntime> byKind = runtimes.ToFrozenDictionary(runtime => runtime.Kind);

    public IRuntime this[RuntimeKind kind] => byKind[kind];
}
