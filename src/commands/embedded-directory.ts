/** Where the embedded servers keep their data, under the directory in which the program is started. */
export const EMBEDDED_DIRECTORY = '.tallylight';
