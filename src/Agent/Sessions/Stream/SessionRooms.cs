using Microsoft.Extensions.Logging;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Sessions.Stream;

/// <summary>What every session of this rig works with.</summary>
internal sealed record SessionRooms(
    IAttempts Attempts, IJournal Journal, IBootClock Clock, TimeProvider Time, ILifeSign LifeSign, ILogger<LiveSession> Logger);
