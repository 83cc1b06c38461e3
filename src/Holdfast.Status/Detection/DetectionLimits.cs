namespace Holdfast.Status.Detection;

/// <summary>Every constant of the detectors, with unit and reason. Times are in seconds. What follows from them is in docs/detection.md.</summary>
internal static class DetectionLimits
{
    /// <summary>
    /// The least mean time between false alarms of one detector whose series is as the model says: 30 years, so that a zone with
    /// five detectors has one false alarm in 90 days with a chance of 4%, and two with one of 0.08%.
    /// </summary>
    public const double FalseAlarmEvery = 30 * 365.25 * 86_400;

    /// <summary>The least evidence (nats) that makes an alarm, however rare the series' events are: three errors and no other request.</summary>
    public const double LeastThreshold = 10;

    /// <summary>Most times the plain threshold that what the series was seen to do by itself may ask for, before errors or a loss are told.</summary>
    public const double MostCaution = 6;

    /// <summary>
    /// The same before a rise of a count is told: there are sites whose visitors come in crowds, and a crowd is no fault. As a second brings a
    /// tenth of the threshold at most, these are 16 minutes.
    /// </summary>
    public const double MostCautionOfCrowds = 100;

    /// <summary>How far an alarm is above the largest evidence that ordinary days brought about.</summary>
    public const double CautionFactor = 1.5;

    /// <summary>After so long half of what was seen is forgotten: two weeks.</summary>
    public const double CautionHalfLife = 14 * 86_400;

    /// <summary>In its first hour a ratio's detector knows little of what is ordinary, and takes up to <see cref="NewRatio"/> for it.</summary>
    public const double RatioInfancy = 3_600;

    /// <summary>A patient detector, of what may be anything on a site that is as it should be, says nothing for its first hour.</summary>
    public const double PatientSilence = 3_600;

    /// <summary>See <see cref="RatioInfancy"/>: one in five fails nowhere for long.</summary>
    public const double NewRatio = 0.2;

    /// <summary>Until a day has passed, a ratio of up to <see cref="YoungRatio"/> is taken for ordinary.</summary>
    public const double RatioYouth = 86_400;

    /// <summary>See <see cref="RatioYouth"/>: an outage is more than one in fifty.</summary>
    public const double YoungRatio = 0.02;

    /// <summary>A count's detector is silent for two weeks: in the first it learns the level by hour of the week, in the second how well that fits.</summary>
    public const double CountSilence = 14 * 86_400;

    /// <summary>The first part of <see cref="CountSilence"/>.</summary>
    public const double CountFirstWeek = 7 * 86_400;

    /// <summary>How long what is ordinary is reckoned once and kept: within a minute an hourly level moves by less than 1%.</summary>
    public const double Refresh = 60;

    /// <summary>The windows over which slow variation and levels are learned: long enough to hold events, short beside an hour.</summary>
    public const double Window = 300;

    /// <summary>Time constant of the learned variation from step to step: three days.</summary>
    public const double StepMemory = 3 * 86_400;

    /// <summary>Time constant of the learned variation from window to window: two weeks.</summary>
    public const double WindowMemory = 14 * 86_400;

    /// <summary>Time constant of a ratio's ordinary level: a week.</summary>
    public const double RatioMemory = 7 * 86_400;

    /// <summary>Time constant of a count's level, beside its weekly profile: half a day, so that growth is followed.</summary>
    public const double LevelMemory = 43_200;

    /// <summary>Weight of the newest week in the weekly profile.</summary>
    public const double WeekWeight = 0.3;

    /// <summary>Errors that an hour of the week has to have had before its own ratio counts as much as the general one.</summary>
    public const double HourStrength = 30;

    /// <summary>Requests that are taken for seen before there were any, with one error: a new zone's ratio is not taken for 0.</summary>
    public const double PriorRequests = 2_000;

    /// <summary>The least band around a level that counts as ordinary: a quarter more, or less by as much.</summary>
    public const double LeastBand = 1.25;

    /// <summary>The widest band: beyond it a series has no level to speak of.</summary>
    public const double WidestBand = 30;

    /// <summary>How many standard deviations of its slow variation a series' band spans.</summary>
    public const double BandDeviations = 4;

    /// <summary>Most that errors are divided by for coming in clumps; a few clumps where errors are rare would otherwise hide any number.</summary>
    public const double MostClumps = 10;

    /// <summary>Most evidence that one second may bring against a ratio, as a share of the threshold: an alarm needs three bad seconds.</summary>
    public const double RatioShare = 0.35;

    /// <summary>The same against a count, which says less: ten bad seconds.</summary>
    public const double CountShare = 0.1;

    /// <summary>Time constant of what is told as the present level: a minute.</summary>
    public const double Present = 60;

    /// <summary>Evidence (nats) that a ratio is ordinary again: a thousand to one.</summary>
    public const double RecoveryEvidence = 7;

    /// <summary>The least time that a series has to be ordinary again: a minute.</summary>
    public const double LeastRecovery = 60;

    /// <summary>How long a count has to be within its band again: two minutes.</summary>
    public const double CountRecovery = 120;

    /// <summary>After so long what a count does is its new level, and the alarm ends: six hours.</summary>
    public const double CountSettles = 6 * 3_600;

    /// <summary>After so long what a ratio does is its new level: three days, by when somebody has seen it.</summary>
    public const double RatioSettles = 3 * 86_400;
}
