/**
 * The pretend Wi-Fi of a board: which networks are in the air, and how the SDK joins one. Like the SDK it keeps what it was told
 * last and joins again by itself at the next start. A board without a pretend Wi-Fi is always connected.
 */
import { z } from 'zod';

export interface WifiNetwork {
  readonly ssid: string;
  /** Empty for an open network. */
  readonly password: string;
  readonly rssi?: number;
  /** false: the password is right, and nobody gives an address. */
  readonly givesAddress?: boolean;
}

export const wifiSettingsSchema = z.object({
  stationOn: z.boolean(),
  accessPointOn: z.boolean(),
  station: z.object({ ssid: z.string(), password: z.string() }).nullable(),
});
/** What the SDK keeps in flash. */
export type WifiSettings = z.infer<typeof wifiSettingsSchema>;

export interface WifiStart {
  readonly networks: readonly WifiNetwork[];
  readonly settings: WifiSettings;
  /** From the wish to the outcome. */
  readonly joinMs: number;
}

/** network.STAT_…; a station without an address says that it is connecting. */
const STATUS = { idle: 0, connecting: 1, wrongPassword: 2, noNetwork: 3, gotAddress: 5 } as const;
const USUAL_RSSI = -50;
const ACCESS_POINT = 1;

export class Wifi {
  readonly #start: WifiStart | undefined;
  readonly #keep: (settings: WifiSettings) => void;
  #settings: WifiSettings;
  #wantedAt = performance.now();

  constructor(start: WifiStart | undefined, keep: (settings: WifiSettings) => void) {
    this.#start = start;
    this.#keep = keep;
    this.#settings = start?.settings ?? { stationOn: true, accessPointOn: false, station: null };
  }

  get isConnected(): boolean {
    return this.status() === STATUS.gotAddress;
  }

  status(): number {
    if (!this.#settings.stationOn) return STATUS.idle;
    if (this.#start === undefined) return STATUS.gotAddress;
    const { station } = this.#settings;
    if (station === null) return STATUS.idle;
    if (performance.now() - this.#wantedAt < this.#start.joinMs) return STATUS.connecting;
    const network = this.#network();
    if (network === undefined) return STATUS.noNetwork;
    if (network.password !== station.password) return STATUS.wrongPassword;
    return network.givesAddress === false ? STATUS.connecting : STATUS.gotAddress;
  }

  rssi(): number {
    return this.#network()?.rssi ?? USUAL_RSSI;
  }

  connect(ssid: string, password: string): void {
    if (this.#start === undefined) return;
    this.#wantedAt = performance.now();
    this.#change({ station: { ssid, password } });
  }

  disconnect(): void {
    if (this.#start !== undefined) this.#change({ station: null });
  }

  /** network.STA_IF or network.AP_IF. */
  isActive(wlan: number): boolean {
    return wlan === ACCESS_POINT ? this.#settings.accessPointOn : this.#settings.stationOn;
  }

  setActive(wlan: number, isOn: boolean): void {
    if (isOn === this.isActive(wlan)) return;
    this.#wantedAt = performance.now();
    this.#change(wlan === ACCESS_POINT ? { accessPointOn: isOn } : { stationOn: isOn });
  }

  get ssid(): string {
    return this.#settings.station?.ssid ?? '';
  }

  scan(): readonly WifiNetwork[] {
    return this.#start?.networks ?? [];
  }

  #network(): WifiNetwork | undefined {
    return this.#start?.networks.find(({ ssid }) => ssid === this.#settings.station?.ssid);
  }

  #change(change: Partial<WifiSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#keep(this.#settings);
  }
}
