// The protocol has a service of the same name; scenarios mean the real agent.
global using Rig = Rigshift.Scenarios.Harness.Rig;

// Each scenario has a farm of its own. Two at a time: real programs on a small machine, with leases of seconds.
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(2)]
