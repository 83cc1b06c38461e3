using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Edge.Rules.Events;

/// <summary>What an event says of the rule that acted, put together once: immutable but for what it counts.</summary>
internal sealed class EventRule
{
    /// <summary>The most fields whose values an event has: enough for what people write, and bounded.</summary>
    public const int MostReads = 8;

    private EventRule(byte[] json, ImmutableArray<EventRead> reads, EventBudget budget, ZoneShare? share)
    {
        Json = json;
        Reads = reads;
        Budget = budget;
        Share = share;
    }

    /// <summary>The members that are the same in each of its events, as JSON.</summary>
    public byte[] Json { get; }

    /// <summary>What its expression looks at.</summary>
    public ImmutableArray<EventRead> Reads { get; }

    /// <summary>Which of its acts are written down.</summary>
    public EventBudget Budget { get; }

    /// <summary>How many events of its zone wait; null for a rule of the account, which acts for many zones.</summary>
    public ZoneShare? Share { get; }

    /// <summary>Of a rule.</summary>
    /// <param name="facts">Whose it is and what it does.</param>
    /// <param name="filter">When it acts; null when that is no expression.</param>
    /// <param name="budget">Which of its acts are written down.</param>
    /// <param name="share">How many events of its zone wait; null for a rule of the account.</param>
    public static EventRule Of(EventRuleFacts facts, RuleFilter? filter, EventBudget budget, ZoneShare? share)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (facts.Zone is not null)
            {
                json.WriteString("zone_id", facts.Zone);
            }

            json.WriteString("phase", facts.Phase);
            json.WriteString("ruleset_id", facts.Ruleset);
            json.WriteString("rule_id", facts.Rule);
            json.WriteString("ref", facts.Ref);
            json.WriteString("description", facts.Description);
            json.WriteString("action", facts.Action);
            json.WriteString("source", facts.Source);
            json.WriteEndObject();
        }

        var reads = filter is null ? [] : FieldRead.Of(filter.Expression);
        return new EventRule(
            bytes.ToArray()[1..^1],
            [
                .. reads
                    .Take(MostReads)
                    .Select(read => new EventRead(read, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(read.ToString())))),
            ],
            budget,
            share
        );
    }
}

/// <summary>Whose a rule is and what it does, as events say it.</summary>
/// <param name="Zone">The zone's id; null for a rule of the account.</param>
/// <param name="Phase">The phase's name.</param>
/// <param name="Ruleset">The ruleset's id; empty when it stands in none.</param>
/// <param name="Rule">The rule's id.</param>
/// <param name="Ref">The rule's ref.</param>
/// <param name="Description">What its owner says that it is for.</param>
/// <param name="Action">What it does.</param>
/// <param name="Source">Which product it belongs to, as the log's security fields say it; the phase's name for the others.</param>
internal sealed record EventRuleFacts(
    string? Zone,
    string Phase,
    string Ruleset,
    string Rule,
    string Ref,
    string Description,
    string Action,
    string Source
);

/// <summary>Something that a rule's expression looks at.</summary>
/// <param name="Read">The field.</param>
/// <param name="JsonName">Its name as a JSON string.</param>
internal sealed record EventRead(FieldRead Read, byte[] JsonName);

/// <summary>How many of a zone's events wait, so that a flood at one zone leaves room for the others'. Any thread may use it.</summary>
internal sealed class ZoneShare
{
    private int _waiting;

    /// <summary>Takes a place.</summary>
    /// <param name="most">How many there are for a zone.</param>
    public bool TryTake(int most)
    {
        if (Interlocked.Increment(ref _waiting) <= most)
        {
            return true;
        }

        Interlocked.Decrement(ref _waiting);
        return false;
    }

    /// <summary>Gives it back.</summary>
    public void Give() => Interlocked.Decrement(ref _waiting);
}
