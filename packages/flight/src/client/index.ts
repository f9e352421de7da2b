/** A client of Flight SQL servers. */
export { FlightError } from '../protocol/flight/flight-error.js'
