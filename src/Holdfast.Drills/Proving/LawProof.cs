using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Proving;

/// <summary>What shows that a law holds, as far as it was shown now.</summary>
/// <param name="Law">The law.</param>
/// <param name="Held">Whether it held in every drill that grades it; null where none of those that were held does.</param>
/// <param name="Drills">The drills that graded it.</param>
/// <param name="Figures">What they measured; where one was broken, only what was broken.</param>
public sealed record LawProof(Law Law, bool? Held, IReadOnlyList<string> Drills, IReadOnlyList<string> Figures);

/// <summary>The table of laws, each with its proof.</summary>
/// <param name="Laws">All laws in their order.</param>
/// <param name="Drills">What came of the drills.</param>
/// <param name="At">When they had been held, in UTC.</param>
public sealed record ProofTable(IReadOnlyList<LawProof> Laws, IReadOnlyList<DrillReport> Drills, DateTimeOffset At)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether every drill passed; a law that none of them grades stays open and changes nothing.</summary>
    public bool Passed => Drills.Count > 0 && Drills.All(static drill => drill.Passed);

    /// <summary>The table of what drills have shown.</summary>
    public static ProofTable Of(IReadOnlyList<DrillReport> drills, DateTimeOffset at) =>
        new([.. Law.All.Select(law => Prove(law, drills))], drills, at);

    /// <summary>
    /// One line: <c>{"at","passed","laws":[{"law","statement","held","drills","figures","test"}],"failed"}</c>; <c>held</c> is null where no drill
    /// grades the law, and <c>test</c> where no test is named for it.
    /// </summary>
    public string ToJson() =>
        new JsonObject
        {
            ["at"] = At.UtcDateTime,
            ["passed"] = Passed,
            ["laws"] = new JsonArray([
                .. Laws.Select(static proof => new JsonObject
                {
                    ["law"] = proof.Law.Number,
                    ["statement"] = proof.Law.Statement,
                    ["held"] = proof.Held,
                    ["drills"] = new JsonArray([.. proof.Drills.Select(static name => JsonValue.Create(name))]),
                    ["figures"] = new JsonArray([.. proof.Figures.Select(static figure => JsonValue.Create(figure))]),
                    ["test"] = proof.Law.Test,
                }),
            ]),
            ["failed"] = new JsonArray([
                .. Drills.Where(static drill => !drill.Passed).Select(static drill => JsonValue.Create(drill.Drill.Name)),
            ]),
        }.ToJsonString(Plain);

    private static LawProof Prove(Law law, IReadOnlyList<DrillReport> drills)
    {
        var grades = drills
            .SelectMany(static drill => drill.Laws.Select(grade => (drill.Drill.Name, Grade: grade)))
            .Where(graded => graded.Grade.Law == law.Number)
            .ToList();
        if (grades.Count == 0)
        {
            return new LawProof(law, null, [], []);
        }

        var held = grades.All(static graded => graded.Grade.Passed);
        return new LawProof(
            law,
            held,
            [.. grades.Select(static graded => graded.Name).Distinct()],
            [.. grades.Where(graded => held || !graded.Grade.Passed).Select(static graded => graded.Grade.Figure)]
        );
    }
}
