/** The missions of the demo archive and their orbits. */
export interface Mission {
  readonly id: string
  readonly name: string
  readonly agency: string
  /** Days since 1970-01-01. */
  readonly launchDay: number
  readonly crew: number
  readonly active: boolean
  /** Millions, with two decimals, unscaled. */
  readonly budgetCents: bigint
  readonly altitudeKm: number
  readonly eccentricityKm: number
  readonly periodSeconds: number
  /** Volts of the bus in full sun. */
  readonly sunVoltage: number
}

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000

export const MISSIONS: readonly Mission[] = [
  { id: 'apollo-7', name: 'Apollo 7', agency: 'NASA', launchDay: day('2023-10-11'), crew: 3, active: true, budgetCents: 14_500_00n, altitudeKm: 282, eccentricityKm: 27, periodSeconds: 5_400, sunVoltage: 30.4 },
  { id: 'apollo-8', name: 'Apollo 8', agency: 'NASA', launchDay: day('2023-12-21'), crew: 3, active: true, budgetCents: 31_000_50n, altitudeKm: 410, eccentricityKm: 12, periodSeconds: 5_580, sunVoltage: 31.1 },
  { id: 'kepler-2', name: 'Kepler 2', agency: 'ESA', launchDay: day('2022-05-04'), crew: 0, active: true, budgetCents: 8_250_25n, altitudeKm: 705, eccentricityKm: 3, periodSeconds: 5_930, sunVoltage: 33.6 },
  { id: 'luna-gateway', name: 'Lunar Gateway', agency: 'NASA', launchDay: day('2023-02-17'), crew: 4, active: true, budgetCents: 77_400_00n, altitudeKm: 3_500, eccentricityKm: 950, periodSeconds: 23_400, sunVoltage: 120.5 },
  { id: 'vostok-1', name: 'Vostok 1', agency: 'RKA', launchDay: day('2021-04-12'), crew: 1, active: false, budgetCents: 990_00n, altitudeKm: 230, eccentricityKm: 60, periodSeconds: 5_340, sunVoltage: 27.8 },
]

/** The ones that send telemetry. */
export const FLYING: readonly Mission[] = MISSIONS.filter((mission) => mission.active)
