// The parts of NestJS that are used: this package does not have it, and the declarations for its users name none of it.
declare module '@nestjs/common' {
  export function Module(metadata: object): (target: object) => void;
  export function Inject(token: unknown): (target: object, key: undefined, index: number) => void;
  export class Logger {
    constructor(context: string);
    warn(message: string): void;
    error(message: string): void;
  }
}

declare module '@nestjs/core' {
  interface InstanceWrapper {
    readonly instance: unknown;
    readonly metatype: unknown;
    readonly host?: { readonly distance: number };
    isDependencyTreeStatic(): boolean;
  }
  export class DiscoveryService {
    getProviders(): InstanceWrapper[];
    getControllers(): InstanceWrapper[];
  }
  export class DiscoveryModule {}
  export class HttpAdapterHost {
    readonly httpAdapter?: { getType(): string; use(...handlers: unknown[]): unknown };
  }
}
