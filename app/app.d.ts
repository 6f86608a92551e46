declare global {
  namespace App {
    interface Error {
      readonly message: string;
    }
    interface PageState {
      readonly [key: string]: never;
    }
  }
}

export {};
