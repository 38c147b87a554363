/**
 * What a team plugs into the service: a provider of one of its modules, whose class extends the class of its kind, such as `Grant`. The
 * service finds it by this class. The protected member makes TypeScript refuse a class that only implements it.
 * @publicApi
 */
export abstract class PlugIn {
  declare protected readonly isPlugIn: true;
}
