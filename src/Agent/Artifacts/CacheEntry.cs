namespace Rigshift.Agent.Artifacts;

/// <summary>A file of the cache.</summary>
/// <param name="Verified">Its bytes were hashed by this agent process; else they are hashed before use.</param>
internal readonly record struct CacheEntry(long SizeBytes, DateTime LastUse, bool Verified);
